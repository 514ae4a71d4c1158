import { GitOpsError } from './gitOpsError';

/**
 * One entry of a repository, as whoever read it found it.
 *
 * @public
 */
export type RepositoryEntry =
  | {
      type: 'file';
      path: string;
      /** Absent for what is too large to be read. */
      content?: Uint8Array | string;
      /** In bytes; needed where `content` is absent. */
      size?: number;
    }
  | { type: 'symlink'; path: string; target: string };

/**
 * A file whose text is known exactly.
 *
 * @public
 */
export interface TextFile {
  path: string;
  /** Byte order mark, line ends and all. */
  text: string;
}

/** More than any manifest that a person keeps; parsing what is larger would hold everybody up. */
export const LARGEST_FILE_BYTES = 1024 * 1024;

type Held =
  | { type: 'text'; file: TextFile }
  | { type: 'large'; size: number; text?: string }
  | { type: 'binary' }
  | { type: 'symlink'; target: string };

function held(entry: RepositoryEntry): Held {
  if (entry.type === 'symlink') {
    return { type: 'symlink', target: entry.target };
  }
  const { content, path } = entry;
  if (content === undefined) {
    return { type: 'large', size: entry.size ?? LARGEST_FILE_BYTES + 1 };
  }
  const size =
    typeof content === 'string'
      ? Buffer.byteLength(content)
      : content.byteLength;
  let text: string;
  try {
    // ignoreBOM keeps the mark in the text, so that what is written back still has it.
    text =
      typeof content === 'string'
        ? content
        : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
            content,
          );
  } catch {
    return { type: 'binary' };
  }
  if (size > LARGEST_FILE_BYTES) {
    return { type: 'large', size, text };
  }
  return { type: 'text', file: { path, text } };
}

/**
 * A repository as files: read once, at one commit, by somebody else, and never changed.
 *
 * @public
 */
export class RepositoryFiles {
  readonly #entries: ReadonlyMap<string, Held>;
  #yaml?: readonly TextFile[];

  /** Takes the files of a repository; paths are relative to it and have slashes. */
  static from(entries: Iterable<RepositoryEntry>): RepositoryFiles {
    const map = new Map<string, Held>();
    for (const entry of entries) {
      map.set(entry.path, held(entry));
    }
    return new RepositoryFiles(map);
  }

  private constructor(entries: ReadonlyMap<string, Held>) {
    this.#entries = entries;
  }

  /** The same with other texts in some files; undefined takes a file away. */
  with(changes: ReadonlyMap<string, string | undefined>): RepositoryFiles {
    const map = new Map(this.#entries);
    for (const [path, text] of changes) {
      if (text === undefined) map.delete(path);
      else map.set(path, held({ type: 'file', path, content: text }));
    }
    return new RepositoryFiles(map);
  }

  /** Whether there is a file, a symbolic link, or a folder of that path. */
  has(path: string): boolean {
    if (this.#entries.has(path)) {
      return true;
    }
    for (const each of this.#entries.keys()) {
      if (each.startsWith(`${path}/`)) return true;
    }
    return false;
  }

  /** All paths, in no order. */
  paths(): Iterable<string> {
    return this.#entries.keys();
  }

  /** The text of a file; undefined if there is none, or none that can be read as text within bounds. */
  text(path: string): TextFile | undefined {
    const entry = this.#entries.get(path);
    return entry?.type === 'text' ? entry.file : undefined;
  }

  /** Every file that may hold manifests and can be read. */
  yamlFiles(): readonly TextFile[] {
    if (!this.#yaml) {
      const files: TextFile[] = [];
      for (const [path, entry] of this.#entries) {
        if (entry.type === 'text' && isYamlPath(path)) files.push(entry.file);
      }
      this.#yaml = files;
    }
    return this.#yaml;
  }

  /**
   * Files that could hold what is looked for, but are too large to be taken apart.
   *
   * @param mayHold - told of each text; a text that wasn't read may hold everything.
   */
  oversized(mayHold: (text: string) => boolean): string[] {
    const paths: string[] = [];
    for (const [path, entry] of this.#entries) {
      if (
        entry.type === 'large' &&
        isYamlPath(path) &&
        entry.text !== undefined &&
        mayHold(entry.text)
      ) {
        paths.push(path);
      }
    }
    return paths;
  }

  /**
   * The text of a file that is to be changed.
   *
   * @throws GitOpsError `notFound`, `symlink`, `notText` or `fileTooLarge`.
   */
  editable(path: string): TextFile {
    this.refuseSymlinkedFolder(path);
    const entry = this.#entries.get(path);
    switch (entry?.type) {
      case 'text':
        return entry.file;
      case 'symlink':
        throw symlinkError(path, path, entry.target);
      case 'binary':
        throw new GitOpsError({
          code: 'notText',
          file: path,
          problem: 'The file is not UTF-8 text.',
          remedy: 'Save it as UTF-8, then ask again.',
        });
      case 'large':
        throw fileTooLarge(path, entry.size);
      default:
        throw new GitOpsError({
          code: 'notFound',
          file: path,
          problem: 'There is no such file in the repository.',
          remedy: 'Correct the path in the settings of the under cluster.',
        });
    }
  }

  /**
   * Refuses a path that goes through a symbolic link: what is written there would land somewhere else.
   *
   * @throws GitOpsError `symlink`.
   */
  refuseSymlinkedFolder(path: string): void {
    const parts = path.split('/');
    for (let length = 1; length < parts.length; length += 1) {
      const folder = parts.slice(0, length).join('/');
      const entry = this.#entries.get(folder);
      if (entry?.type === 'symlink') {
        throw symlinkError(path, folder, entry.target);
      }
    }
  }
}

function symlinkError(path: string, link: string, target: string) {
  return new GitOpsError({
    code: 'symlink',
    file: path,
    problem: `${link} is a symbolic link to ${target}.`,
    remedy: `Point the settings at the file itself, not at the link.`,
  });
}

/** The refusal of a file that is too large to be taken apart. */
export function fileTooLarge(path: string, size?: number): GitOpsError {
  const found = size === undefined ? '' : ` It has ${size} bytes.`;
  return new GitOpsError({
    code: 'fileTooLarge',
    file: path,
    problem: `The file is larger than ${LARGEST_FILE_BYTES} bytes, the most that is changed automatically.${found}`,
    remedy: 'Move the manifest to a file of its own, or change it by hand.',
  });
}

function isYamlPath(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path) || /(^|\/)Kustomization$/.test(path);
}
