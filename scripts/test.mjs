// `npm test`: everything that can be tested on this machine, from a fresh clone.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  Progress,
  SetUpError,
  buildPages,
  fail,
  root,
  setUp,
} from './toolchain.mjs';

const usage = `npm test [-- unit | browser]

  unit       unit, integration and contract tests; against a real Kubernetes API server too,
             if KUBEBUILDER_ASSETS names a folder with kube-apiserver, kube-controller-manager and etcd
  browser    the portal in Chromium (CHROMIUM names it, else it is looked for), on stand-ins
             and, as above, on real API servers

  Without a word: both.
`;

const results = path.join(root, '.test-results');

function findChromium() {
  const candidates = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find(file => file && existsSync(file));
}

function realApiServer() {
  const assets = process.env.KUBEBUILDER_ASSETS;
  return Boolean(
    assets &&
      ['kube-apiserver', 'kube-controller-manager', 'etcd'].every(name =>
        existsSync(path.join(assets, name)),
      ),
  );
}

/** Runs a test runner with its output shown; its own exit code doesn't matter, its report does. */
function runTests(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      ...options,
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
}

async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function unitTests(env) {
  const file = path.join(results, 'unit.json');
  const code = await runTests(
    'backstage-cli',
    ['repo', 'test', '--maxWorkers=2', '--json', `--outputFile=${file}`],
    { env: { ...env, CI: 'true' } },
  );
  const report = await readReport(file);
  if (!report) throw new SetUpError(`The unit tests made no report (${code}).`);
  // a suite that doesn't even compile runs no test and must not pass for that
  const broken = report.testResults.filter(
    suite => suite.status === 'failed' && suite.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed || (code === 0 ? 0 : 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function browserTests(env, chromium, underClusters) {
  const file = path.join(results, `browser-${underClusters}.json`);
  const code = await runTests('playwright', ['test'], {
    cwd: path.join(root, 'packages/demo'),
    env: {
      ...env,
      CHROMIUM: chromium,
      UNDER_CLUSTERS: underClusters,
      PLAYWRIGHT_JSON_OUTPUT_NAME: file,
      TEST_RESULTS: path.join(results, `browser-${underClusters}`),
    },
  });
  const report = await readReport(file);
  if (!report)
    throw new SetUpError(`The browser tests made no report (${code}).`);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return {
    passed: expected,
    failed: unexpected + flaky || (code === 0 ? 0 : 1),
    skipped,
  };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const unknown = positionals.find(word => !['unit', 'browser'].includes(word));
  if (unknown) {
    process.stderr.write(
      `error: there are no tests called "${unknown}"\n\n${usage}`,
    );
    process.exit(2);
  }
  const wanted = what => positionals.length === 0 || positionals.includes(what);
  await rm(results, { recursive: true, force: true });
  await mkdir(results, { recursive: true });

  const chromium = wanted('browser') ? findChromium() : undefined;
  const real = realApiServer();
  const progress = new Progress(
    2 + (wanted('unit') ? 1 : 0) + (chromium ? (real ? 3 : 2) : 0),
  );
  const env = await setUp(progress);
  const leftOut = [];
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = counts => {
    for (const key of Object.keys(total)) total[key] += counts[key];
  };

  if (wanted('unit')) {
    progress.step('Unit, integration and contract tests');
    add(await unitTests(env));
  }
  if (chromium) {
    await buildPages(progress, env);
    progress.step('The portal in Chromium, on stand-ins');
    add(await browserTests(env, chromium, 'stand-in'));
    if (real) {
      progress.step('The portal in Chromium, on real API servers');
      add(await browserTests(env, chromium, 'kube-apiserver'));
    }
  } else if (wanted('browser')) {
    leftOut.push(
      'the portal in a browser: there is no Chromium (CHROMIUM may name one)',
    );
  }
  if (!real) {
    leftOut.push(
      'what needs a real Kubernetes API server: KUBEBUILDER_ASSETS names no folder with kube-apiserver, kube-controller-manager and etcd',
    );
  }
  process.stdout.write(
    [
      '',
      ...leftOut.map(line => `Left out: ${line}.`),
      `All tests took ${progress.total()}.`,
      `${total.passed} passed, ${total.failed} failed${
        total.skipped ? `, ${total.skipped} skipped` : ''
      }`,
      '',
    ].join('\n'),
  );
  process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

main().catch(fail);
