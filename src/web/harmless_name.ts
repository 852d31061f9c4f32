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

/** Words that name a secret, or a number that nobody should see. */
const SECRETS = /* @__PURE__ */ wordSet(`
  card cc code codes csc cvc cvn cvv hash hotp iban jwt key keys mfa nip nonce otp pan pin puk pw pwd
  sid ssn tan totp
`);

/** Words that, without any other, name the fields of a form which changes a password. */
const CHANGES = /* @__PURE__ */ wordSet("again current new old repeat");

/** Parts of names for secrets, in several languages; not of passengers, secretaries and authors. */
const SECRET_PARTS = new RegExp(
  "(?<!com)pass(?!eng|age|ion|iv)|pswd|secret(?!ar)|token|credential|auth(?!or(?!i[sz]))|2fa|cvv|cvc|" +
    "cardn|creditc|apikey|privatekey|accesskey|mnemonic|maiden|security(answer|question)|" +
    "sess(ion)?id|pin(code|number)|kennwort|geheim|kod?eord|adgangsk|parol|contrasen|senha|" +
    "wachtwoord|heslo|haslo|losen|salasana|sifre|lozinka|jelszo|hemmelig",
);

/** Digits that stand for letters, as in `p1n`. */
const LOOKALIKES: Readonly<Record<string, string>> = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s" };

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
 * Tells whether the name of a field looks as if its value were a secret. Unlike
 * {@linkcode isHarmlessName} it takes an unknown name for harmless: for a value that goes back to the
 * browser which has just sent it, and nowhere else.
 *
 * @param name The name, in any of the usual styles.
 * @returns Whether the value should not be shown again.
 */
export function looksSecret(name: string): boolean {
  if (isHarmlessName(name)) return false;
  // Accents, and signs that cannot be seen, hide no letter; a letter of another alphabet may.
  const plain = name.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "");
  if (/[\u0080-\uffff]/.test(plain)) return true;
  const words = wordsOf(plain);
  if (words.length > 0 && words.every((word) => CHANGES.has(word))) return true;
  return [...words, words.join("")].map((text) => text.toLowerCase())
    .flatMap((text) => [text, text.replace(/[01345]/g, (digit) => LOOKALIKES[digit] ?? "")])
    .some((text) => SECRETS.has(text) || SECRET_PARTS.test(text));
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
