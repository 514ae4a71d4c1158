import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { create } from 'tar';

/** A server that answers what GitHub answers to whoever reads the repository acme/fleet. */
export class FleetGitHost {
  readonly requests: string[] = [];
  revision = 'c0ffee01';
  /** Answers with this status instead. */
  trouble?: number;
  #tarball = Buffer.alloc(0);
  readonly #server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    this.requests.push(path);
    const repository = '/api/v3/repos/acme/fleet';
    if (this.trouble !== undefined) {
      response.writeHead(this.trouble).end();
    } else if (path === repository) {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ default_branch: 'main' }));
    } else if (path === `${repository}/commits/main/status`) {
      response.end(
        JSON.stringify({
          sha: this.revision,
          repository: {
            archive_url: `${this.url}${repository}/{archive_format}{/ref}`,
          },
        }),
      );
    } else if (path === `${repository}/tarball/${this.revision}`) {
      response.end(this.#tarball);
    } else {
      response.writeHead(404).end();
    }
  });

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
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

  /** What the branch has from now on. */
  async push(files: Record<string, string>, revision: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'fleet-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(join(folder, dirname(path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      this.#tarball = await buffer(
        create({ gzip: true, cwd: folder, prefix: 'acme-fleet' }, ['.']),
      );
      this.revision = revision;
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}
