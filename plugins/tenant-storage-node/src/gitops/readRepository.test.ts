import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UrlReaders } from '@backstage/backend-defaults/urlReader';
import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { GitHostServer, tarballOf } from './gitHost.testing';
import { readRepository } from './readRepository';

const TOKEN = 'ghp_secretSecretSecret';

let git: GitHostServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-'));
  await mkdir(join(folder, 'tenants/alpha'), { recursive: true });
  await writeFile(join(folder, 'tenants/alpha/quota.yaml'), '\ufeffa: 1\r\n');
  await writeFile(
    join(folder, 'large.yaml'),
    `kind: ResourceQuota\n${'# 0123456789abcdef\n'.repeat(280_000)}`,
  );
  await writeFile(join(folder, 'logo.png'), Buffer.from([0xff, 0xfe, 0x00]));
  await symlink('alpha/quota.yaml', join(folder, 'tenants/link.yaml'));
  await symlink('/etc', join(folder, 'outside'));
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  git = await new GitHostServer().start();
  git.tarball = await tarballOf(folder);
});

afterEach(() => git.stop());

function readers(kind: 'github' | 'gitlab', host = git.host): UrlReaderService {
  const apiBaseUrl = `http://${host}/api/${kind === 'github' ? 'v3' : 'v4'}`;
  return UrlReaders.default({
    logger: mockServices.logger.mock(),
    config: mockServices.rootConfig({
      data: {
        integrations: {
          github: [],
          gitlab: [],
          [kind]: [
            { host, apiBaseUrl, baseUrl: `http://${host}`, token: TOKEN },
          ],
        },
      },
    }),
  });
}

const KINDS = [
  { kind: 'github' as const, path: 'acme/fleet' },
  { kind: 'gitlab' as const, path: 'acme/platform/fleet' },
];

describe.each(KINDS)('a repository on $kind', ({ kind, path }) => {
  const read = (
    branch: string | null,
    options?: Parameters<typeof readRepository>[2],
  ) =>
    readRepository(
      readers(kind),
      { url: `http://${git.host}/${path}`, branch },
      options,
    );

  const fault = async (options?: Parameters<typeof readRepository>[2]) => {
    const error = await read('main', options).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).not.toContain(TOKEN);
    expect(error?.message).toContain(git.host);
    expect(error?.cause).toBeUndefined();
    return error;
  };

  it('is read at the head of a branch, byte by byte, without the folder around it', async () => {
    const { revision, files } = await read('main');

    expect(revision).toBe('c0ffee01');
    expect(files.text('tenants/alpha/quota.yaml')?.text).toBe('\ufeffa: 1\r\n');
    expect([...files.paths()].sort()).toEqual([
      'large.yaml',
      'logo.png',
      'outside',
      'tenants/alpha/quota.yaml',
      'tenants/link.yaml',
    ]);
    expect(git.requests.map(each => each.authorization)).toEqual(
      git.requests.map(() => `Bearer ${TOKEN}`),
    );
  });

  it('is read at the default branch if none is configured', async () => {
    git.branches.main = 'c0ffee02';

    expect(await read(null)).toMatchObject({ revision: 'c0ffee02' });
  });

  it('keeps symbolic links as what they are', async () => {
    const { files } = await read('main');

    expect(() => files.editable('tenants/link.yaml')).toThrow(
      /symbolic link to alpha\/quota.yaml/,
    );
    expect(() => files.editable('outside/passwd')).toThrow(
      /symbolic link to \/etc/,
    );
  });

  it('names files that are too large to be changed, and those that are no text', async () => {
    const { files } = await read('main');

    expect(() => files.editable('large.yaml')).toThrow(/larger than/);
    expect(
      files.oversized(text => text.includes('kind: ResourceQuota')),
    ).toEqual(['large.yaml']);
    expect(() => files.editable('logo.png')).toThrow(/not UTF-8/);
  });

  it('is not sent again if the branch has not moved', async () => {
    await expect(read('main', { etag: 'c0ffee01' })).rejects.toMatchObject({
      name: 'NotModifiedError',
    });
    expect(git.requests.some(each => /tarball|archive/.test(each.path))).toBe(
      false,
    );
  });

  it('is read as whoever asks, with their token', async () => {
    await read('main', { token: 'of-the-requester' });

    expect(new Set(git.requests.map(each => each.authorization))).toEqual(
      new Set(['Bearer of-the-requester']),
    );
  });

  it.each([
    [401, {}, /does not accept the portal's credentials.*integrations.*401/],
    [403, {}, /does not let the portal read acme\/.*fleet \(403\).*grants/],
    [404, {}, /no repository acme\/.*fleet, or no branch main/],
    [429, { 'retry-after': '60' }, /limits how often.*429.*few minutes/],
    [500, {}, /fault of its own \(500\).*Try again/],
    [502, {}, /fault of its own \(502\).*Try again/],
    [418, {}, /refuses to hand out.*418/],
  ])(
    'that answers %i is said so, with what to do',
    async (status, headers, words) => {
      git.instead = {
        path: /./,
        answer: (_, response) => response.writeHead(status, headers).end(TOKEN),
      };

      expect(await fault()).toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringMatching(words),
      });
    },
  );

  it('that fails only when its archive is asked for is said so', async () => {
    git.instead = {
      path: /tarball|archive/,
      answer: (_, response) => response.writeHead(503).end(),
    };

    expect(await fault()).toMatchObject({
      message: expect.stringMatching(/fault of its own \(503\)/),
    });
  });

  it.each([true, false])(
    'whose archive breaks off is not taken for a smaller repository (size told before: %s)',
    async told => {
      git.instead = {
        path: /tarball|archive/,
        answer: (_, response) => {
          response.writeHead(
            200,
            told ? { 'content-length': git.tarball.length } : {},
          );
          response.write(git.tarball.subarray(0, git.tarball.length / 2), () =>
            response.destroy(),
          );
        },
      };

      // node-fetch 2, with which GitHub is read, does not notice if the size was told before: then patience ends.
      expect(await fault({ timeoutMs: 500 })).toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringMatching(/broke the connection off|takes too/),
      });
    },
  );

  it('whose archive ends too early is not taken for a smaller repository', async () => {
    git.tarball = git.tarball.subarray(0, git.tarball.length / 2);

    expect(await fault()).toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringMatching(/no whole archive/),
    });
  });

  it('that sends something else than an archive is said so', async () => {
    git.tarball = Buffer.from('<html>Sign in</html>'.repeat(100));

    expect(await fault()).toMatchObject({
      message: expect.stringMatching(/no whole archive/),
    });
  });

  it.each([/./, /tarball|archive/])(
    'that never answers %p is waited for no longer than told',
    async stuck => {
      git.instead = { path: stuck, answer: () => {} };

      expect(await fault({ timeoutMs: 100 })).toMatchObject({
        name: 'ServiceUnavailableError',
        message: expect.stringMatching(/takes too long/),
      });
    },
  );

  it('is not asked for by somebody who has gone', async () => {
    const gone = new AbortController();
    gone.abort();

    await expect(read('main', { signal: gone.signal })).rejects.toThrow(
      /takes too long/,
    );
    expect(git.requests).toEqual([]);
  });

  it('on a host that refuses connections is said so', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => closed.once('listening', resolve));
    const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise(resolve => closed.close(resolve));

    await expect(
      readRepository(readers(kind, host), {
        url: `http://${host}/${path}`,
        branch: 'main',
      }),
    ).rejects.toThrow(`${host} can not be reached: it refuses connections`);
  });

  it('on a host that is not under integrations is said so', async () => {
    await expect(
      readRepository(readers(kind, 'elsewhere.example.com'), {
        url: `http://${git.host}/${path}`,
        branch: 'main',
      }),
    ).rejects.toThrow(/does not know the Git host .* adds it under integrat/);
  });

  it.each(['feature/x', 'a..b', '-x', 'x.lock', 'refs/heads/x', 'a#b', 'a%b'])(
    'is not read at the branch %s, which nobody could name to it',
    async branch => {
      await expect(read(branch)).rejects.toMatchObject({
        code: 'branchInvalid',
      });
      expect(git.requests).toEqual([]);
    },
  );
});

it('says of a rate limit that GitHub tells with a 403 that it is one', async () => {
  git.instead = {
    path: /./,
    answer: (_, response) =>
      response.writeHead(403, { 'x-ratelimit-remaining': '0' }).end(),
  };

  await expect(
    readRepository(readers('github'), {
      url: `http://${git.host}/acme/fleet`,
      branch: 'main',
    }),
  ).rejects.toThrow(/limits how often it is asked \(403\)/);
});
