import { gzipSync } from 'node:zlib';
import { Header, Pax } from 'tar';
import { Refusal, Route } from './front';
import { Repositories } from './repositories';
import { Repository } from './repository';

const BLOCK = 512;
const SYMLINK = '120000';

/**
 * A commit's files as GitHub archives them: gzipped tar, in one folder that is named by repository and commit, with modes and
 * symbolic links, after a global header with the commit's sha as `git archive` writes it.
 */
export async function archiveOf(
  repository: Repository,
  commit: { sha: string; tree: string },
): Promise<Buffer> {
  const files = await repository.files(commit.tree);
  const folder = `${repository.fullName.replace('/', '-')}-${commit.sha.slice(
    0,
    7,
  )}`;
  const mtime = new Date(0);
  const parts = [
    new Pax({ path: 'pax_global_header', comment: commit.sha }, true).encode(),
    ...entry({ path: `${folder}/`, mode: 0o775, type: 'Directory', mtime }),
  ];
  for (const [path, { mode, sha }] of [...files].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    const content = await repository.content(sha);
    parts.push(
      ...(mode === SYMLINK
        ? entry({
            path: `${folder}/${path}`,
            mode: 0o777,
            type: 'SymbolicLink',
            linkpath: content.toString('utf8'),
            mtime,
          })
        : entry(
            {
              path: `${folder}/${path}`,
              mode: mode === '100755' ? 0o775 : 0o664,
              type: 'File',
              mtime,
            },
            content,
          )),
    );
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
}

function entry(
  data: NonNullable<Exclude<ConstructorParameters<typeof Header>[0], Buffer>>,
  content: Buffer = Buffer.alloc(0),
): Buffer[] {
  const header = new Header({ ...data, size: content.length });
  const block = Buffer.alloc(BLOCK);
  // A path or link that is too long for the block goes before it.
  const needsPax = header.encode(block);
  const padding = (BLOCK - (content.length % BLOCK)) % BLOCK;
  return [
    ...(needsPax
      ? [
          new Pax({
            path: data.path,
            ...(data.linkpath !== undefined && { linkpath: data.linkpath }),
          }).encode(),
        ]
      : []),
    block,
    content,
    Buffer.alloc(padding),
  ];
}

export function archiveRoutes(repositories: Repositories): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/repos\/([^/]+\/[^/]+)\/tarball(?:\/(.+))?$/,
      async take(passage, fullName, ref) {
        const repository = repositories.get(fullName);
        const commit = await repository.commit(ref || 'HEAD');
        if (!commit) {
          throw new Refusal(404, 'Not Found');
        }
        passage.send({
          status: 200,
          headers: {
            'content-type': 'application/x-gzip',
            'content-disposition': `attachment; filename=${fullName.replace(
              '/',
              '-',
            )}-${commit.sha.slice(0, 7)}.tar.gz`,
          },
          body: await archiveOf(repository, commit),
        });
      },
    },
  ];
}
