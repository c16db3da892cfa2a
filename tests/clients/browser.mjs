#!/usr/bin/env node
// The owner's browser, for programs that open one: approves at the consent page and follows the redirect back to the app.
import { approve, assert } from './owner.mjs';

const callback = await approve(process.argv[2]);
const landed = await fetch(callback);
assert(landed.ok, `the app answered its callback with ${landed.status}: ${(await landed.text()).slice(0, 300)}`);
