import { Parser, ReadEntry } from 'tar';
import { ManifestFiles } from './kustomizeBuild';

/** Where Flux finds a branch, as a client of the Git host like any other. */
export interface GitSource {
  readonly branch: string;
  /** The sha of the branch's head. */
  head(signal: AbortSignal): Promise<string>;
  /** The text files of a commit. */
  read(sha: string, signal: AbortSignal): Promise<ManifestFiles>;
}

/**
 * A repository of a GitHub-like host.
 *
 * @param repository.apiUrl - such as `http://localhost:3000/api/v3`
 */
export function createGitSource(repository: {
  apiUrl: string;
  fullName: string;
  branch: string;
  token: string;
}): GitSource {
  const { apiUrl, fullName, branch } = repository;
  const read = new Map<string, Promise<ManifestFiles>>();

  const ask = async (path: string, signal: AbortSignal) => {
    const answer = await fetch(`${apiUrl}/repos/${fullName}/${path}`, {
      headers: { authorization: `Bearer ${repository.token}` },
      signal,
    });
    if (!answer.ok) {
      throw new Error(
        `failed to checkout and determine revision: unable to clone '${fullName}': the Git host answers ${answer.status}`,
      );
    }
    return answer;
  };

  return {
    branch,
    async head(signal) {
      const answer = await ask(
        `git/ref/heads/${encodeURIComponent(branch)}`,
        signal,
      );
      const { object } = (await answer.json()) as { object: { sha: string } };
      return object.sha;
    },
    read(sha, signal) {
      // Several under clusters read the same commit; older ones are not read again.
      let files = read.get(sha);
      if (!files) {
        files = ask(`tarball/${sha}`, signal)
          .then(answer => answer.arrayBuffer())
          .then(archive => textFilesOf(Buffer.from(archive)));
        read.clear();
        read.set(sha, files);
        files.catch(() => read.delete(sha));
      }
      return files;
    },
  };
}

/** The text files of a gzipped tar, without the folder that everything is in. */
function textFilesOf(archive: Buffer): Promise<ManifestFiles> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, string>();
    const parser = new Parser({
      onReadEntry(entry: ReadEntry) {
        const chunks: Buffer[] = [];
        entry.on('data', chunk => chunks.push(chunk as Buffer));
        entry.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const path = entry.path.replace(/^[^/]*\//, '');
          if (entry.type === 'File' && !text.includes('\0')) {
            files.set(path, text);
          }
        });
      },
    });
    parser.on('end', () => resolve(files));
    parser.on('error', reject);
    parser.end(archive);
  });
}
