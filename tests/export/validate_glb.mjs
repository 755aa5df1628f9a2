// Prints what Khronos' glTF validator says of a file: node validate_glb.mjs VALIDATOR-FOLDER FILE.glb
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, file] = process.argv.slice(2);
const validator = createRequire(import.meta.url)(folder);
const report = await validator.validateBytes(new Uint8Array(readFileSync(file)));
console.log(JSON.stringify(report));
