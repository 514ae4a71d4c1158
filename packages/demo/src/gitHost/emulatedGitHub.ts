import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageFolder } from '../packageFolder';

/** What the emulated GitHub starts with; the shape is emulate's. */
export interface GitHubSeed {
  /** API tokens by their value. */
  tokens: Record<string, { login: string; scopes: string[] }>;
  github: {
    users: Array<{ login: string; name: string; email: string }>;
    orgs: Array<{
      login: string;
      members: Array<{ login: string; role: 'admin' | 'member' }>;
    }>;
    repos: Array<{
      owner: string;
      name: string;
      private: boolean;
      auto_init: boolean;
      default_branch: string;
    }>;
    oauth_apps: Array<{
      client_id: string;
      client_secret: string;
      name: string;
      redirect_uris: string[];
    }>;
  };
}

export interface EmulatedGitHub {
  /** Where it listens, on loopback; only the front talks to it. */
  port: number;
  stop(): Promise<void>;
}

type Report =
  | { listening: true }
  | { failed: { code?: string; message: string } };

const ATTEMPTS = 5;

/**
 * Starts emulate's GitHub service on a free port.
 *
 * @param options.baseUrl - the address that browsers and the portal use, put in every URL that it answers with
 */
export async function startEmulatedGitHub(options: {
  baseUrl: string;
  seed: GitHubSeed;
}): Promise<EmulatedGitHub> {
  for (let attempt = 1; ; attempt++) {
    // emulate doesn't tell the port it got when it is given another base URL, so it is told one that was free a moment ago.
    const port = await freePort();
    const worker = new Worker(
      resolve(packageFolder, 'src/gitHost/emulatedGitHub.mjs'),
      {
        workerData: {
          port,
          hostname: '127.0.0.1',
          baseUrl: options.baseUrl,
          seed: options.seed,
        },
        // Nothing of the parent's start-up hooks: the worker's file is plain JavaScript.
        execArgv: [],
        stdout: true,
        stderr: true,
      },
    );
    worker.stdout.resume();
    worker.stderr.resume();
    const report = await new Promise<Report>((done, fail) => {
      worker.once('message', done);
      worker.once('error', fail);
      worker.once('exit', code =>
        fail(new Error(`The emulated GitHub ended with code ${code}.`)),
      );
    });
    const stop = async () => {
      await worker.terminate();
    };
    if ('listening' in report) {
      return { port, stop };
    }
    await stop();
    if (report.failed.code !== 'EADDRINUSE' || attempt === ATTEMPTS) {
      throw new Error(
        `The emulated GitHub does not start: ${report.failed.message}`,
      );
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>(done => {
    server.close(() => done());
  });
  return port;
}
