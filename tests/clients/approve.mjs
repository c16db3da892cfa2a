// The owner for programs in other languages: approves what the URL in the argument asks and prints where that leads.
import { approve } from './owner.mjs';

console.log(String(await approve(process.argv[2])));
