/** Words for the content of a field, if that is no secret; in the singular. */
const NOUNS = /* @__PURE__ */ wordSet(`
  about address addresses amount apartment article author basket billing bio blog body building caption cart
  categories category city color colour comment company contact content count country countrycode
  county currency currencycode customer date day deadline delivery department description detail
  displayname district duration email end event familyname fax faxnumber feedback filter firstname
  floor forename from fullname givenname guest headline homepage hour house housenumber info
  invoice item jobtitle keyword label language lastname locale mail member memo message middlename
  minute mobile mobilenumber month name newsletter nickname note opinion option order organisation
  organization page person phone phonenumber postalcode postcode price priority product profession
  profile project province q quantity query question quote rating reason recipient region remark
  remember review road salutation search sender shipping site size sort start state status story
  street subject suburb suite summary surname tag task tel telephone text time timezone title to
  topic total town type unit url user username village visitor website week year zip zipcode
`);

/** Words without a content of their own, which make no harmless field a secret one. */
const FILLERS = /* @__PURE__ */ wordSet(`
  again and at by confirm confirmation current data entries entry field fields for form in input
  line lines main me my new of old optional or other our primary repeat secondary the values with
  your
`);

/** No developer writes a longer name. */
const MAX_LENGTH = 100;

/**
 * Tells whether the name of a field says plainly that its value is no secret: each of its words is
 * known to be harmless or is a number, and one at least names a content. An unknown word counts
 * against it, so secrets need not be listed.
 *
 * @param name The name, in any of the usual styles: `first_name`, `firstName`, `items[0].name`.
 * @returns Whether the value may be stored and shown again.
 */
export function isHarmlessName(name: string): boolean {
  const words = wordsOf(name);
  let isTelling = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    // `post_code` is `postcode`: a code by itself may be a secret.
    if (isNoun(`${word}${words[index + 1] ?? ""}`)) {
      isTelling = true;
      index++;
    } else if (isNoun(word)) {
      isTelling = true;
    } else if (!FILLERS.has(word) && !/^[0-9]+$/.test(word)) {
      return false;
    }
  }
  return isTelling;
}

/**
 * Splits the name of a field into its words, in lower case. Letters beyond ASCII do not separate
 * words, so that none of them gets lost.
 *
 * @param name The name.
 * @returns The words; the whole name as one word if it is longer than 100 characters.
 */
export function wordsOf(name: string): string[] {
  if (name.length > MAX_LENGTH) return [name];
  return name
    .replace(/[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z])|[A-Za-z](?=[0-9])|[0-9](?=[A-Za-z])/g, "$& ")
    .toLowerCase()
    .split(/[^0-9a-z\u0080-\uffff]+/)
    .filter((word) => word !== "");
}

function isNoun(word: string): boolean {
  return NOUNS.has(word) || (word.endsWith("s") && NOUNS.has(word.slice(0, -1)));
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
