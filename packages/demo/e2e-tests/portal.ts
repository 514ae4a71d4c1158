import {
  test as base,
  expect,
  type Browser,
  type Page,
} from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';

/** What `npm start` writes when it is ready. */
interface Ready {
  portalUrl: string;
  gitHostUrl: string;
  underClusters: Array<{ name: string; apiUrl: string; kubeconfig: string }>;
  controlUrl: string;
}

/** A started portal, as a person has it after `npm start`. */
export interface Portal extends Ready {
  /** Asks an under cluster's API server as its administrator, as kubectl would with the kubeconfig. */
  kubectl(
    underCluster: string,
    method: string,
    url: string,
    body?: object,
  ): Promise<Record<string, any>>;
  /** Cuts an under cluster off from the portal, or lets it back. */
  setReachable(underCluster: string, reachable: boolean): Promise<void>;
}

/**
 * A port that nobody listens on, below those that the system gives to whoever asks for any (the API servers that are started
 * beside the portal do).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const listening = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!listening) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function startPortal(): Promise<{
  portal: Portal;
  stop: () => Promise<void>;
}> {
  const dir = await mkdtemp(path.join(tmpdir(), 'kmetal-portal-'));
  const port = await freePort();
  const child = spawn(
    'node',
    [
      path.resolve(__dirname, '../../../scripts/start.mjs'),
      '--port',
      String(port),
      '--dir',
      dir,
      ...(process.env.UNDER_CLUSTERS === 'kube-apiserver' ? ['--real'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output: string[] = [];
  const ended = once(child, 'exit');
  const ready = new Promise<void>((resolve, reject) => {
    const read = (text: string) => {
      output.push(text);
      if (output.join('').includes('Ctrl-C ends it.')) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    ended.then(([code]) =>
      reject(new Error(`npm start ended (${code}):\n${output.join('')}`)),
    );
  });
  await ready;
  const addresses: Ready = JSON.parse(
    await readFile(path.join(dir, 'ready.json'), 'utf8'),
  );
  return {
    portal: {
      ...addresses,
      kubectl: (underCluster, method, url, body) => {
        const cluster = addresses.underClusters.find(
          c => c.name === underCluster,
        )!;
        return asAdministrator(cluster.kubeconfig, method, url, body);
      },
      async setReachable(underCluster, reachable) {
        const response = await fetch(
          `${addresses.controlUrl}/under-clusters/${underCluster}/${
            reachable ? 'reachable' : 'unreachable'
          }`,
          { method: 'POST' },
        );
        if (!response.ok) throw new Error(await response.text());
      },
    },
    async stop() {
      child.kill('SIGINT');
      const [code] = await ended;
      await rm(dir, { recursive: true, force: true });
      if (code !== 0) throw new Error(`npm start ended with ${code}`);
    },
  };
}

async function asAdministrator(
  kubeconfig: string,
  method: string,
  url: string,
  body?: object,
): Promise<Record<string, any>> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster()!;
  const agent = new Agent({
    ca: Buffer.from(cluster.caData ?? '', 'base64'),
    keepAlive: false,
  });
  const call = httpsRequest(new URL(url, cluster.server), {
    method,
    agent,
    headers: {
      authorization: `Bearer ${config.getCurrentUser()!.token}`,
      ...(body && {
        'content-type':
          method === 'PATCH'
            ? 'application/merge-patch+json'
            : 'application/json',
      }),
    },
  });
  call.end(body && JSON.stringify(body));
  const [response] = await once(call, 'response');
  let text = '';
  for await (const part of response) text += part;
  const answer = JSON.parse(text);
  if (response.statusCode >= 400) {
    throw new Error(
      `${method} ${url}: ${response.statusCode} ${answer.message}`,
    );
  }
  return answer;
}

/** Signs in as one of the demo's people, through the Git host's page, in a browser context of their own. */
export async function signIn(
  browser: Browser,
  portal: Portal,
  login: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  await page.goto(portal.portalUrl);
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Sign In' }).click(),
  ]);
  await Promise.all([
    popup.waitForEvent('close'),
    popup.getByRole('button', { name: new RegExp(login, 'i') }).click(),
  ]);
  await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible();
  return page;
}

/** Tests with one portal for the whole file. */
export const test = base.extend<object, { portal: Portal }>({
  portal: [
    async ({}, use) => {
      const { portal, stop } = await startPortal();
      await use(portal);
      await stop();
    },
    { scope: 'worker', timeout: 400_000 },
  ],
});

export { expect };
