import { EmulatedApi, Json } from './emulatedApi';
import { Refusal } from './front';
import { FileTree, MergedFile } from './threeWayMerge';

/** A file as a repository is seeded with it. */
export type SeedFile = string | Uint8Array | { symlink: string };

/** Files of a repository by their path. */
export type SeedFiles = Readonly<Record<string, SeedFile>>;

/** One repository of the emulated GitHub, by what Git knows of it: refs, commits, trees and blobs. */
export class Repository {
  /** `owner/name` */
  readonly fullName: string;
  readonly #api: EmulatedApi;
  readonly #root: string;
  // What has a sha for its name never changes.
  readonly #contents = new Map<string, Promise<Buffer>>();
  readonly #trees = new Map<string, Promise<FileTree>>();
  #merging: Promise<unknown> = Promise.resolve();

  constructor(api: EmulatedApi, fullName: string) {
    this.#api = api;
    this.fullName = fullName;
    this.#root = `/repos/${fullName}`;
  }

  /** What GitHub tells of the repository. */
  describe(): Promise<Json> {
    return this.#api.ask('GET', this.#root);
  }

  /** The sha that a branch points to; undefined if there is no such branch. */
  async branchHead(branch: string): Promise<string | undefined> {
    const ref = await this.#api.find(
      `${this.#root}/git/ref/heads/${encoded(branch)}`,
    );
    return ref?.object.sha;
  }

  /** The commit that a branch, tag or sha names, with its tree; undefined if there is none. */
  async commit(
    ref: string,
  ): Promise<{ sha: string; tree: string; message: string } | undefined> {
    const [found] =
      (await this.#api.find(
        `${this.#root}/commits?per_page=1&sha=${encodeURIComponent(ref)}`,
      )) ?? [];
    return (
      found && {
        sha: found.sha,
        tree: found.commit.tree.sha,
        message: found.commit.message,
      }
    );
  }

  /** Every file of a tree, folders below it included. */
  files(tree: string): Promise<FileTree> {
    return cached(this.#trees, tree, async () => {
      const { tree: entries } = await this.#api.ask(
        'GET',
        `${this.#root}/git/trees/${tree}?recursive=1`,
      );
      return new Map(
        entries
          .filter(({ type }: Json) => type === 'blob')
          .map(({ path, mode, sha }: Json) => [path, { mode, sha }]),
      );
    });
  }

  /** The content of a blob. */
  content(sha: string): Promise<Buffer> {
    return cached(this.#contents, sha, async () => {
      const { content } = await this.#api.ask(
        'GET',
        `${this.#root}/git/blobs/${sha}`,
      );
      return Buffer.from(content, 'base64');
    });
  }

  /** What `head` has that `base` has not: GitHub's comparison of the two, from their merge base. */
  async compare(base: string, head: string): Promise<Json> {
    const first = await this.#comparePage(base, head, 1);
    const commits = [...first.commits];
    for (let page = 2; commits.length < first.total_commits; page++) {
      const next = await this.#comparePage(base, head, page);
      if (next.commits.length === 0) {
        break;
      }
      commits.push(...next.commits);
    }
    return { ...first, commits };
  }

  /** Makes a commit that changes its first parent's tree; resolves to its sha. */
  async commitChanges(options: {
    parents: string[];
    tree: string;
    changes: ReadonlyMap<string, MergedFile>;
    message: string;
    login: string;
    author?: { name: string; email: string };
  }): Promise<string> {
    const { parents, tree, changes, message, login, author } = options;
    const entries = [...changes].map(([path, change]) => {
      switch (change.kind) {
        case 'removed':
          return { path, mode: '100644', type: 'blob', sha: null };
        case 'text':
          return {
            path,
            mode: change.mode,
            type: 'blob',
            content: change.text,
          };
        default:
          return { path, type: 'blob', ...change.file };
      }
    });
    const written =
      entries.length === 0
        ? tree
        : (
            await this.#api.ask(
              'POST',
              `${this.#root}/git/trees`,
              { base_tree: tree, tree: entries },
              login,
            )
          ).sha;
    const commit = await this.#api.ask(
      'POST',
      `${this.#root}/git/commits`,
      { message, tree: written, parents, ...(author && { author }) },
      login,
    );
    return commit.sha;
  }

  /** Moves a branch forward. Refuses with 409 if it has moved elsewhere in the meantime. */
  async advance(branch: string, sha: string, login: string): Promise<void> {
    try {
      await this.#api.ask(
        'PATCH',
        `${this.#root}/git/refs/heads/${encoded(branch)}`,
        { sha, force: false },
        login,
      );
    } catch (error) {
      throw error instanceof Refusal && error.status === 422
        ? new Refusal(
            409,
            'Base branch was modified. Review and try the merge again.',
          )
        : error;
    }
  }

  /** Runs one merge at a time. */
  async oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#merging.then(work, work);
    this.#merging = mine.catch(() => {});
    return mine;
  }

  /** Makes the first commit of the main branch, with these files in it. */
  async seed(files: SeedFiles, branch: string): Promise<void> {
    const tree = await Promise.all(
      Object.entries(files).map(async ([path, file]) => {
        if (typeof file === 'object' && 'symlink' in file) {
          return {
            path,
            mode: '120000',
            type: 'blob',
            content: (file as { symlink: string }).symlink,
          };
        }
        const mode = path.endsWith('.sh') ? '100755' : '100644';
        if (typeof file === 'string') {
          return { path, mode, type: 'blob', content: file };
        }
        const { sha } = await this.#api.ask('POST', `${this.#root}/git/blobs`, {
          content: Buffer.from(file).toString('base64'),
          encoding: 'base64',
        });
        return { path, mode, type: 'blob', sha };
      }),
    );
    const { sha: written } = await this.#api.ask(
      'POST',
      `${this.#root}/git/trees`,
      { tree },
    );
    const { sha } = await this.#api.ask('POST', `${this.#root}/git/commits`, {
      message: 'What is there',
      tree: written,
      parents: [],
    });
    await this.#api.ask('POST', `${this.#root}/git/refs`, {
      ref: `refs/heads/${branch}`,
      sha,
    });
  }

  #comparePage(base: string, head: string, page: number): Promise<Json> {
    return this.#api.ask(
      'GET',
      `${this.#root}/compare/${encoded(base)}...${encoded(
        head,
      )}?per_page=100&page=${page}`,
    );
  }
}

/** A branch in a path: its slashes stay. */
function encoded(branch: string): string {
  return branch.split('/').map(encodeURIComponent).join('/');
}

function cached<T>(
  cache: Map<string, Promise<T>>,
  key: string,
  read: () => Promise<T>,
): Promise<T> {
  let value = cache.get(key);
  if (!value) {
    value = read();
    cache.set(key, value);
    // What failed is asked again.
    value.catch(() => cache.delete(key));
  }
  return value;
}
