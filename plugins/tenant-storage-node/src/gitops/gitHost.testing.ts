import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { create } from 'tar';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Everything in a folder as Git hosts send it: gzipped, with one folder around it. */
export async function tarballOf(folder: string): Promise<Buffer> {
  return buffer(
    create({ gzip: true, cwd: folder, prefix: 'acme-fleet-1a2b3c' }, ['.']),
  );
}

/** A server that answers what GitHub and GitLab answer to whoever reads a repository. */
export class GitHostServer {
  readonly requests: Array<{ path: string; authorization?: string }> = [];
  /** By branch: the commit. */
  readonly branches: Record<string, string> = { main: 'c0ffee01' };
  tarball = Buffer.alloc(0);
  /** What is answered instead, to paths that it takes. */
  instead?: { path: RegExp; answer: Answer };
  readonly #server = createServer((request, response) => {
    const path = request.url ?? '';
    this.requests.push({ path, authorization: request.headers.authorization });
    if (this.instead?.path.test(path)) this.instead.answer(request, response);
    else this.#answer(path, response);
  });

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(path: string, response: ServerResponse) {
    const { pathname, searchParams } = new URL(path, 'http://host');
    const json = (value: unknown) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(value));
    };
    const status =
      /^\/api\/v3\/repos\/acme\/fleet\/commits\/(.+)\/status$/.exec(pathname);
    const gitLab = '/api/v4/projects/acme%2Fplatform%2Ffleet';
    const ref = status?.[1] ?? searchParams.get('ref_name') ?? '';
    if (pathname === '/api/v3/repos/acme/fleet' || pathname === gitLab) {
      json({ default_branch: 'main' });
    } else if (status && this.branches[ref]) {
      json({
        sha: this.branches[ref],
        repository: {
          archive_url: `http://${this.host}/api/v3/repos/acme/fleet/{archive_format}{/ref}`,
        },
      });
    } else if (
      pathname === `${gitLab}/repository/commits` &&
      this.branches[ref]
    ) {
      json([{ id: this.branches[ref] }]);
    } else if (
      pathname.startsWith('/api/v3/repos/acme/fleet/tarball/') ||
      pathname === `${gitLab}/repository/archive`
    ) {
      response.end(this.tarball);
    } else {
      response.statusCode = 404;
      json({ message: 'Not Found' });
    }
  }
}
