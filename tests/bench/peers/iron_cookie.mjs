import process from "node:process";
import { require, secret } from "./peer.mjs";

const { sealData } = require("iron-session");

// Prints how many bytes iron-session makes of the session in the second argument.
const sealed = await sealData(JSON.parse(process.argv[3]), { password: secret });
console.log(sealed.length);
