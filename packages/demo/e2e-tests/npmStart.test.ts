import { expect, test } from '@playwright/test';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './portal';

const root = path.resolve(__dirname, '../../..');

/** Runs `npm start` in the background; `said` is what it has printed so far. */
async function npmStart(dir: string) {
  const options = [
    ...['--port', String(await freePort()), '--dir', dir],
    ...(process.env.UNDER_CLUSTERS === 'kube-apiserver' ? ['--real'] : []),
  ];
  const npm = spawn('npm', ['start', '--', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', text => output.push(text));
  }
  return { npm, ended: once(npm, 'exit'), said: () => output.join('') };
}

/** The command lines of processes that have to do with a folder. */
async function processesOf(dir: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args']);
  return stdout.split('\n').filter(line => line.includes(dir));
}

test.describe('npm start', () => {
  let dir: string;
  const started = new Set<ChildProcess>();

  test.beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'kmetal-npm-start-'));
  });
  test.afterEach(async () => {
    for (const npm of started) npm.kill('SIGTERM');
    started.clear();
    await expect
      .poll(() => processesOf(dir), { timeout: 30_000 })
      .toHaveLength(0);
    await rm(dir, { recursive: true, force: true });
  });

  const start = async () => {
    const run = await npmStart(dir);
    started.add(run.npm);
    return run;
  };
  const ready = (said: () => string) =>
    expect
      .poll(said, { timeout: 100_000, message: 'npm start is ready' })
      .toContain('Ctrl-C ends it.');

  test('ends all that it started on a SIGINT to npm alone', async () => {
    const { npm, ended, said } = await start();
    await ready(said);
    npm.kill('SIGINT');
    await ended;
    expect(await processesOf(dir)).toEqual([]);
    expect(existsSync(path.join(dir, 'ready.json'))).toBe(false);
  });

  test('leaves nothing running when it is killed', async () => {
    const { said } = await start();
    await ready(said);
    const script = (await processesOf(dir)).find(line =>
      line.includes('node scripts/start.mjs'),
    );
    process.kill(Number.parseInt(script!, 10), 'SIGKILL');
    await expect.poll(() => processesOf(dir), { timeout: 30_000 }).toEqual([]);
  });

  test('refuses to start twice in one folder, and the first goes on', async () => {
    const first = await start();
    await ready(first.said);
    const second = await start();
    expect((await second.ended)[0]).toBe(1);
    expect(second.said()).toContain('error: npm start is running already');
    expect(existsSync(path.join(dir, 'ready.json'))).toBe(true);
  });
});
