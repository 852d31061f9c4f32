/** Words that say what a field holds, where that is no secret. */
const NOUNS = wordSet(`
  about abstract addr address addresses amount apartment apt article articles attendee attendees
  author authors basket billing bio blog body building caption cart categories category cell city
  color colors colour colours comment comments company contact contacts content count counties
  countries country countrycode countryname county currency currencycode customer customers date
  dates day days deadline delivery department description detail details displayname district
  duration email emails end event events familyname fax faxnumber feedback filter firstname floor
  forename from fullname givenname guest guests heading headline homepage honorific hour hours house
  housenumber info information intro introduction invoice item items jobtitle keyword keywords label
  labels lang language languages lastname locale mail member members memo message messages middlename
  minute minutes mobile mobilenumber month months name namefirst namelast names newsletter nickname
  note notes occupation opinion option options order orders organisation organization page people
  person phone phonenumber phones postalcode postcode price priority product products profession
  profile project province purpose q qty quantity queries query question questions quote rating
  reason recipient recipients region remark remarks review reviews road salutation search sender
  shipping site size sizes sort start state status story street streetname subject suburb suffix
  suite summary surname tag tags task tasks tel telephone telephonenumber text texts time times
  timezone title titles to topic topics total town type types unit units until url urls user
  username users village visitor visitors webpage website websites week year years zip zipcode
`);

/** Words that say nothing by themselves, and turn no harmless field into a secret one. */
const FILLERS = wordSet(`
  again and at by confirm confirmation current data entries entry field fields for form in input
  line lines main my new of old optional or other our primary repeat secondary the values with your
`);

/** A name that is longer was not written by a developer. */
const MAX_LENGTH = 100;

/**
 * Tells whether the name of a field says plainly that its value is no secret: each of its words is
 * known to be harmless or is a number, and one at least says what the field holds. A word that is
 * not known counts against it, so no secret has to be listed.
 *
 * @param name The name, in any of the usual styles: `first_name`, `firstName`, `items[0].name`.
 * @returns Whether the value may be written down and shown again.
 */
export function isHarmlessName(name: string): boolean {
  const words = wordsOf(name);
  let isTelling = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    // `post_code` is `postcode`: a code by itself may be a secret.
    if (NOUNS.has(`${word}${words[index + 1] ?? ""}`)) {
      isTelling = true;
      index++;
    } else if (NOUNS.has(word)) {
      isTelling = true;
    } else if (!FILLERS.has(word) && !/^[0-9]+$/.test(word)) {
      return false;
    }
  }
  return isTelling;
}

/**
 * Splits the name of a field into its words, in lower case. Letters beyond ASCII part no words, so
 * that none of them is lost and the rest taken for the name.
 *
 * @param name The name.
 * @returns The words; the whole name as one where it is longer than 100 characters.
 */
export function wordsOf(name: string): string[] {
  if (name.length > MAX_LENGTH) return [name];
  return name
    .replace(/[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z])|[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])/g, "$& ")
    .toLowerCase()
    .split(/[^0-9a-z\u0080-\uffff]+/)
    .filter((word) => word !== "");
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
