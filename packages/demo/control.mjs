#!/usr/bin/env node
// Tells a running demo that something is in trouble, or well again:
//
//   node packages/demo/control.mjs unreachable muc-1        an under cluster is out of reach
//   node packages/demo/control.mjs reachable muc-1          and back
//   node packages/demo/control.mjs git-host down            the Git host: down, rate-limited, slow, failing, well
//   node packages/demo/control.mjs git-host slow seconds=5
//   node packages/demo/control.mjs git-host failing after=3 status=503
//   node packages/demo/control.mjs flux muc-1 slow seconds=20
//   node packages/demo/control.mjs flux muc-1 failing message="no such luck"
//   node packages/demo/control.mjs flux muc-1 well
//   node packages/demo/control.mjs                          how everything is
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

/** The path to tell, from the words of the command line. */
function pathOf(words) {
  const [what, ...rest] = words;
  const settings = rest.filter(word => word.includes('='));
  const names = rest.filter(word => !word.includes('='));
  const query = new URLSearchParams(
    settings.map(word => {
      const at = word.indexOf('=');
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
  const of = (...parts) =>
    `${parts.map(encodeURIComponent).join('/')}${
      query.size ? `?${query}` : ''
    }`;
  switch (what) {
    case 'reachable':
    case 'unreachable':
      if (names.length === 1) return of('under-clusters', names[0], what);
      return refuse(
        'Say "reachable" or "unreachable", and the name of an under cluster.',
      );
    case 'git-host':
      if (names.length === 1) return of('git-host', names[0]);
      return refuse(
        'Say "git-host" and one of down, rate-limited, slow, failing and well.',
      );
    case 'flux':
      if (names.length === 2) return of('flux', ...names);
      return refuse(
        'Say "flux", the name of an under cluster, and one of slow, failing and well.',
      );
    default:
      return refuse(
        'Say "reachable", "unreachable", "git-host" or "flux", or nothing to see how everything is.',
      );
  }
}

if (positionals.length > 0) {
  const told = await fetch(`${controlUrl}/${pathOf(positionals)}`, {
    method: 'POST',
  });
  if (!told.ok) refuse((await told.json()).message);
}

const get = async path => (await fetch(`${controlUrl}/${path}`)).json();
const words = trouble =>
  trouble
    ? Object.entries(trouble)
        .map(([key, value]) => (key === 'kind' ? value : `${key}=${value}`))
        .join(' ')
    : 'well';
const { underClusters } = await get('under-clusters');
const { trouble } = await get('git-host');
const { flux } = await get('flux');
for (const { name, reachable } of underClusters) {
  process.stdout.write(`${name}  ${reachable ? 'reachable' : 'unreachable'}\n`);
}
process.stdout.write(`Git host  ${words(trouble)}\n`);
for (const each of flux) {
  process.stdout.write(
    `Flux of ${each.underCluster}  ${words(each.trouble)}\n`,
  );
}
