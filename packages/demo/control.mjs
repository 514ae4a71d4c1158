#!/usr/bin/env node
// Tells a running demo that an under cluster is out of reach, or back:
//
//   node packages/demo/control.mjs unreachable muc-1
//   node packages/demo/control.mjs reachable muc-1
//   node packages/demo/control.mjs             which are
//
// --dir DIR is where `npm start` keeps the demo's files, if not .demo.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    dir: {
      type: 'string',
      default: fileURLToPath(new URL('../../.demo', import.meta.url)),
    },
  },
  allowPositionals: true,
});

function refuse(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

const file = join(values.dir, 'ready.json');
const text = await readFile(file, 'utf8').catch(() =>
  refuse(`There is no ${file}: no demo is running. Start one with npm start.`),
);
const { controlUrl } = JSON.parse(text);
const [state, underCluster] = positionals;
if (state !== undefined) {
  if (!['reachable', 'unreachable'].includes(state) || !underCluster) {
    refuse(
      'Say "reachable" or "unreachable", and the name of an under cluster.',
    );
  }
  const told = await fetch(
    `${controlUrl}/under-clusters/${encodeURIComponent(underCluster)}/${state}`,
    { method: 'POST' },
  );
  if (!told.ok) refuse((await told.json()).message);
}
const { underClusters } = await (
  await fetch(`${controlUrl}/under-clusters`)
).json();
for (const { name, reachable } of underClusters) {
  process.stdout.write(`${name}  ${reachable ? 'reachable' : 'unreachable'}\n`);
}
