/**
 * The demo as a process: `--dir DIR --portal-port PORT [--app-port PORT] [--git-host-port PORT] [--real]`.
 *
 * Prints a line for each step, then one line of JSON, `{"ready": ...}` (see DemoReady) or `{"error": "..."}`. It ends, with
 * everything that it started, on SIGTERM, SIGINT, SIGHUP, and when whoever started it is gone (its standard input, if that is a
 * pipe, closes).
 */
import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Demo, startDemo } from './demo';

let demo: Promise<Demo> | undefined;
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) {
    return;
  }
  ending = true;
  await demo?.then(
    started => started.stop(),
    () => {},
  );
  process.exit(code);
}

function port(text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 65535) {
    throw new Error(`A port is a number from 1 to 65535, not "${text}".`);
  }
  return number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      'portal-port': { type: 'string' },
      'app-port': { type: 'string' },
      'git-host-port': { type: 'string' },
      real: { type: 'boolean', default: false },
    },
  });
  const portalPort = port(values['portal-port']);
  if (values.dir === undefined || portalPort === undefined) {
    throw new Error('--dir and --portal-port are needed.');
  }
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) {
    process.stdin.once('close', () => end(0)).resume();
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => end(0));
  }
  demo = startDemo({
    dir: values.dir,
    portalPort,
    appPort: port(values['app-port']),
    gitHostPort: port(values['git-host-port']),
    underClusters: values.real ? 'kube-apiserver' : 'stand-in',
    logger: line => process.stdout.write(`${line}\n`),
  });
  const { ready } = await demo;
  process.stdout.write(`${JSON.stringify({ ready: ready() })}\n`);
}

main().catch(error => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
  return end(1);
});
