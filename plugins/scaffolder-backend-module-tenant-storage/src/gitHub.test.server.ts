import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { HttpServer } from './httpServer.test.server';

/** A file of a repository: its content, or where it points to. */
export type FleetFile = string | Uint8Array | { symlink: string };

function entryOf(path: string, file: FleetFile): Buffer[] {
  const isLink = typeof file === 'object' && 'symlink' in file;
  const content = isLink ? Buffer.alloc(0) : Buffer.from(file);
  const header = new Header({
    path: `acme-fleet-1a2b3c/${path}`,
    type: isLink ? 'SymbolicLink' : 'File',
    linkpath: isLink ? file.symlink : undefined,
    mode: 0o644,
    size: content.byteLength,
    mtime: new Date(0),
  });
  header.encode();
  const padding = Buffer.alloc((512 - (content.byteLength % 512)) % 512);
  return [header.block ?? Buffer.alloc(0), content, padding];
}

/** Files as Git hosts send them: a gzipped archive, with one folder around it. */
export function archiveOf(files: Record<string, FleetFile>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, file]) =>
    entryOf(path, file),
  );
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** The part of GitHub's API that reads a repository as an archive, over HTTP, with every call counted. */
export class GitHubServer {
  /** `GET /repos/acme/fleet/commits/main/status`, in the order in which they came. */
  readonly calls: string[] = [];
  /** Files of each branch. */
  readonly branches = new Map<string, Record<string, FleetFile>>();
  /** Answers instead, where it does. */
  trouble?: (response: ServerResponse, call: string) => boolean;
  readonly tokens = new Set<string | undefined>();
  readonly #server: HttpServer;

  constructor() {
    this.#server = new HttpServer((request, response) => {
      const call = `${request.method} ${request.url?.split('?')[0]}`;
      this.calls.push(call);
      this.tokens.add(request.headers.authorization);
      if (!this.trouble?.(response, call)) this.#answer(call, response);
    });
  }

  get url(): string {
    return this.#server.url;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  #answer(call: string, response: ServerResponse): void {
    const json = (body: unknown) =>
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(body));
    const status = /^GET \/api\/repos\/acme\/fleet\/commits\/(.+)\/status$/;
    const tarball = /^GET \/api\/repos\/acme\/fleet\/tarball\/(.+)$/;
    const branch = (status.exec(call) ?? tarball.exec(call))?.[1] ?? '';
    const files = this.branches.get(branch);
    if (call === 'GET /api/repos/acme/fleet') {
      json({ default_branch: 'main' });
    } else if (!files) {
      response.writeHead(404).end();
    } else if (status.test(call)) {
      json({
        sha: branch,
        repository: {
          archive_url: `${this.url}/api/repos/acme/fleet/{archive_format}{/ref}`,
        },
      });
    } else {
      response.end(archiveOf(files));
    }
  }

  async start(): Promise<this> {
    await this.#server.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
