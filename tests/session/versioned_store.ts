export { flashed, setTo, VersionedStore } from "../support/sessions.ts";
