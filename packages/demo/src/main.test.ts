import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { kubeApiServerAvailable } from '@kmetal/under-cluster';
import type { DemoReady } from './demo';

interface Started {
  child: ChildProcess;
  ended: Promise<unknown[]>;
  /** The first line of JSON. */
  told: { ready?: DemoReady; error?: string };
  /** The lines before it. */
  progress: string[];
}

describe('the demo as a process', () => {
  let dir: string;
  const running = new Set<ChildProcess>();

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kmetal-demo-'));
  });
  afterEach(async () => {
    for (const child of running) {
      child.kill('SIGKILL');
    }
    running.clear();
    await rm(dir, { recursive: true, force: true });
  });

  const start = async (...options: string[]): Promise<Started> => {
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        resolve(__dirname, 'main.ts'),
        ...options,
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
    running.add(child);
    const ended = once(child, 'exit');
    const progress: string[] = [];
    for await (const line of createInterface({ input: child.stdout! })) {
      if (line.startsWith('{')) {
        return { child, ended, told: JSON.parse(line), progress };
      }
      progress.push(line);
    }
    throw new Error(`It ended without a word of JSON: ${progress.join('\n')}`);
  };

  const listening = ({ told: { ready } }: Started) => {
    const urls = [
      ready!.gitHostUrl,
      ready!.controlUrl,
      ...ready!.underClusters.map(({ apiUrl }) => apiUrl),
    ];
    return Promise.all(
      urls.map(
        url =>
          new Promise<boolean>(done => {
            const socket = createConnection({
              host: '127.0.0.1',
              port: Number(new URL(url).port),
            });
            socket.once('error', () => done(false));
            socket.once('connect', () => {
              socket.destroy();
              done(true);
            });
          }),
      ),
    );
  };

  it('tells its steps and where everything is, and ends on SIGTERM with nothing left listening', async () => {
    const started = await start('--dir', dir, '--portal-port', '7007');
    expect(started.progress).toEqual([
      'the Git host',
      'the under cluster muc-1',
      'the under cluster fra-2',
    ]);
    expect(started.told.ready?.personas.map(({ login }) => login)).toEqual([
      'alice',
      'bob',
      'petra',
    ]);
    expect(await listening(started)).toEqual([true, true, true, true]);
    started.child.kill('SIGTERM');
    expect(await started.ended).toEqual([0, null]);
    expect(await listening(started)).toEqual([false, false, false, false]);
  });

  it('ends when whoever started it is gone', async () => {
    const started = await start('--dir', dir, '--portal-port', '7007');
    started.child.stdin?.end();
    expect(await started.ended).toEqual([0, null]);
    expect(await listening(started)).toEqual([false, false, false, false]);
  });

  it('says in one line what is wrong with how it was started', async () => {
    const started = await start('--dir', dir, '--portal-port', '70070');
    expect(started.told).toEqual({
      error: 'A port is a number from 1 to 65535, not "70070".',
    });
    expect(await started.ended).toEqual([1, null]);
  });

  if (kubeApiServerAvailable()) {
    it('ends real API servers with it', async () => {
      const started = await start(
        '--dir',
        dir,
        '--portal-port',
        '7007',
        '--real',
      );
      expect(await listening(started)).toEqual([true, true, true, true]);
      started.child.kill('SIGINT');
      expect(await started.ended).toEqual([0, null]);
      expect(await listening(started)).toEqual([false, false, false, false]);
      const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
      expect(stdout).not.toContain(dir);
    });
  }
});
