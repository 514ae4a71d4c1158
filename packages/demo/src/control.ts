import { createServer } from 'node:http';
import { Flux } from './flux/flux';
import { close, listen } from './gitHost/front';
import { GitHost } from './gitHost/gitHost';

/** What the demo can be told while it runs. */
export interface Control {
  /** `http://127.0.0.1:PORT` */
  url: string;
  stop(): Promise<void>;
}

/** Whom the demo's control talks to. */
export interface Controlled {
  underClusters(): Array<{ name: string; reachable: boolean }>;
  /** Throws if that is not possible. */
  setReachable(name: string, reachable: boolean): void;
  gitHost: Pick<GitHost, 'setTrouble' | 'trouble'>;
  /** By the name of the under cluster. */
  fluxes: ReadonlyMap<string, Pick<Flux, 'setTrouble' | 'trouble'>>;
}

const USAGE = [
  'There is GET /under-clusters, /git-host and /flux; and POST',
  '/under-clusters/NAME/unreachable or /reachable;',
  '/git-host/down, /rate-limited?status=429&retry-after=5, /slow?seconds=5, /failing?status=502&after=3 or /well;',
  '/flux/NAME/slow?seconds=20, /failing?message=WORDS or /well.',
].join(' ');

/**
 * Listens on loopback for what can be told; a POST answers 204. Requests of web pages are refused: only somebody at this
 * machine's command line has a say.
 */
export async function startControl(demo: Controlled): Promise<Control> {
  const server = createServer((request, answer) => {
    const send = (status: number, body?: object) => {
      answer.writeHead(status, { 'content-type': 'application/json' });
      answer.end(body && `${JSON.stringify(body)}\n`);
    };
    request.resume();
    if (
      request.headers.origin !== undefined ||
      request.headers['sec-fetch-site'] !== undefined
    ) {
      send(403, { message: 'Web pages have no say here.' });
      return;
    }
    const url = new URL(request.url ?? '/', 'http://control');
    if (request.method === 'GET') {
      const told = tellOf(demo, url.pathname);
      send(told ? 200 : 404, told ?? { message: USAGE });
      return;
    }
    try {
      const done = request.method === 'POST' && tell(demo, url);
      send(done ? 204 : 404, done ? undefined : { message: USAGE });
    } catch (error) {
      send(409, { message: (error as Error).message });
    }
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
}

function tellOf(demo: Controlled, path: string): object | undefined {
  switch (path) {
    case '/under-clusters':
      return { underClusters: demo.underClusters() };
    case '/git-host':
      return { trouble: demo.gitHost.trouble() ?? null };
    case '/flux':
      return {
        flux: [...demo.fluxes].map(([underCluster, flux]) => ({
          underCluster,
          trouble: flux.trouble() ?? null,
        })),
      };
    default:
      return undefined;
  }
}

/** Whether there was anything to do; throws if it can't be done. */
function tell(demo: Controlled, url: URL): boolean {
  const [what, ...rest] = url.pathname.split('/').slice(1).map(decoded);
  switch (what) {
    case 'under-clusters': {
      const [name, state, more] = rest;
      if (!['reachable', 'unreachable'].includes(state) || more) {
        return false;
      }
      demo.setReachable(name, state === 'reachable');
      return true;
    }
    case 'git-host':
      return rest.length === 1 && tellGitHost(demo, rest[0], url.searchParams);
    case 'flux':
      return (
        rest.length === 2 && tellFlux(demo, rest[0], rest[1], url.searchParams)
      );
    default:
      return false;
  }
}

function tellGitHost(
  { gitHost }: Controlled,
  state: string,
  query: URLSearchParams,
): boolean {
  switch (state) {
    case 'down':
      gitHost.setTrouble({ kind: 'down' });
      return true;
    case 'rate-limited': {
      const status = number(query, 'status', 403);
      if (status !== 403 && status !== 429) {
        throw new Error('A rate limit answers 403 or 429.');
      }
      gitHost.setTrouble({
        kind: 'rateLimited',
        status,
        retryAfter: number(query, 'retry-after', 60),
      });
      return true;
    }
    case 'slow':
      gitHost.setTrouble({
        kind: 'slow',
        seconds: number(query, 'seconds', 5),
      });
      return true;
    case 'failing': {
      const status = number(query, 'status', 502);
      if (status < 500 || status > 599) {
        throw new Error('A failure answers 500 to 599.');
      }
      gitHost.setTrouble({
        kind: 'failing',
        status,
        after: number(query, 'after', 0),
      });
      return true;
    }
    case 'well':
      gitHost.setTrouble(undefined);
      return true;
    default:
      return false;
  }
}

function tellFlux(
  { fluxes }: Controlled,
  underCluster: string,
  state: string,
  query: URLSearchParams,
): boolean {
  const flux = fluxes.get(underCluster);
  if (!flux) {
    throw new Error(
      `There is no under cluster ${underCluster}; there are ${[
        ...fluxes.keys(),
      ].join(' and ')}.`,
    );
  }
  switch (state) {
    case 'slow':
      flux.setTrouble({ kind: 'slow', seconds: number(query, 'seconds', 20) });
      return true;
    case 'failing':
      flux.setTrouble({
        kind: 'failing',
        message:
          query.get('message') ??
          'the demo was told that Flux can not apply anything',
      });
      return true;
    case 'well':
      flux.setTrouble(undefined);
      return true;
    default:
      return false;
  }
}

function number(
  query: URLSearchParams,
  name: string,
  otherwise: number,
): number {
  const text = query.get(name);
  const value = text === null ? otherwise : Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0) {
    throw new Error(`${name} is a number, not "${text}".`);
  }
  return value;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
