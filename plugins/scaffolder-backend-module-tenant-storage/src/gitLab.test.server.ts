import { createHash } from 'node:crypto';
import { archiveOf } from './gitHub.test.server';
import { HttpServer } from './httpServer.test.server';

const PROJECT = '/api/v4/projects/acme%2Fplatform%2Ffleet';

/** A merge request as it was made. */
export interface MergeRequest {
  iid: number;
  web_url: string;
  source_branch: string;
  target_branch: string;
  title: string;
  description: string;
}

/** The part of GitLab's API (v4) that the project acme/platform/fleet is read and changed with, over HTTP. */
export class GitLabServer {
  /** Every call that is no GET, in the order in which they came. */
  readonly writes: string[] = [];
  /** Of each branch: its files. */
  readonly branches = new Map<string, Record<string, string>>();
  readonly commits: Array<{ branch: string; message: string }> = [];
  readonly mergeRequests: MergeRequest[] = [];
  /** Commits are answered with this status instead. */
  commitFault?: number;
  readonly #server: HttpServer;

  constructor() {
    this.#server = new HttpServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const url = new URL(request.url ?? '', 'http://gitlab');
      const path = url.pathname.replace(PROJECT, '');
      const text = Buffer.concat(chunks).toString();
      const body: Record<string, unknown> = {
        ...Object.fromEntries(url.searchParams),
        ...(text ? JSON.parse(text) : {}),
      };
      const method = request.method ?? 'GET';
      if (method !== 'GET') this.writes.push(`${method} ${path}`);
      const answer = this.#answer(`${method} ${path}`, body);
      if (Buffer.isBuffer(answer)) {
        response.end(answer);
      } else {
        response
          .writeHead(typeof answer === 'number' ? answer : 200, {
            'content-type': 'application/json',
          })
          .end(
            JSON.stringify(
              typeof answer === 'number' ? { message: `${answer}` } : answer,
            ),
          );
      }
    });
  }

  get url(): string {
    return this.#server.url;
  }

  #answer(
    call: string,
    body: Record<string, unknown>,
  ): Buffer | number | object {
    const filesOf = (branch: unknown) => this.branches.get(String(branch));
    switch (call) {
      case 'GET ':
        return { id: 1, default_branch: 'main' };
      case 'GET /repository/commits':
        return filesOf(body.ref_name) ? [{ id: 'c0ffee01' }] : 404;
      case 'GET /repository/archive': {
        const files = filesOf(body.sha);
        return files ? archiveOf(files) : 404;
      }
      case 'GET /repository/tree':
        return Object.entries(filesOf(body.ref) ?? {}).map(
          ([path, content]) => ({
            path,
            type: 'blob',
            id: createHash('sha1')
              .update(`blob ${Buffer.byteLength(content)}\0${content}`)
              .digest('hex'),
          }),
        );
      case 'POST /repository/branches': {
        const files = filesOf(body.ref);
        if (!files) return 404;
        this.branches.set(String(body.branch), { ...files });
        return { name: body.branch };
      }
      case 'POST /repository/commits':
        return this.#commit(body);
      case 'POST /merge_requests': {
        const iid = this.mergeRequests.length + 1;
        const made: MergeRequest = {
          iid,
          web_url: `${this.url}/acme/platform/fleet/-/merge_requests/${iid}`,
          source_branch: String(body.source_branch),
          target_branch: String(body.target_branch),
          title: String(body.title),
          description: String(body.description),
        };
        this.mergeRequests.push(made);
        return made;
      }
      default: {
        const branch = /^GET \/repository\/branches\/(.+)$/.exec(call)?.[1];
        if (branch) return filesOf(branch) ? { name: branch } : 404;
        return call.startsWith('GET /api/v4/users') ? [{ id: 42 }] : 404;
      }
    }
  }

  #commit(body: Record<string, unknown>): number | object {
    if (this.commitFault) return this.commitFault;
    const branch = String(body.branch);
    const files = this.branches.get(branch);
    if (!files) return 400;
    const actions = body.actions as Array<{
      action: string;
      file_path: string;
      content: string;
    }>;
    // As GitLab does: what is not there can't be deleted or updated, what is there can't be made.
    if (
      actions.some(
        each => (each.action === 'create') === each.file_path in files,
      )
    ) {
      return 400;
    }
    for (const { action, file_path: path, content } of actions) {
      if (action === 'delete') delete files[path];
      else files[path] = Buffer.from(content, 'base64').toString();
    }
    this.commits.push({ branch, message: String(body.commit_message) });
    return { id: `commit-${this.commits.length}` };
  }

  async start(): Promise<this> {
    await this.#server.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
