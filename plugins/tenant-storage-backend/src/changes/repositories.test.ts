import { UrlReaders } from '@backstage/backend-defaults/urlReader';
import { mockServices } from '@backstage/backend-test-utils';
import { FleetGitHost } from '../router/__testUtils__/fleetGitHost';
import { ManifestRepositories } from './repositories';

describe('Repositories of manifests', () => {
  let git: FleetGitHost;
  let time: number;
  let repositories: ManifestRepositories;

  beforeEach(async () => {
    git = await new FleetGitHost().start();
    await git.push({ 'a.yaml': 'a: 1\n' }, 'c0ffee01');
    time = 1_000_000;
    repositories = new ManifestRepositories({
      now: () => time,
      urlReader: UrlReaders.default({
        logger: mockServices.logger.mock(),
        config: mockServices.rootConfig({
          data: {
            integrations: {
              github: [{ host: git.host, apiBaseUrl: `${git.url}/api/v3` }],
            },
          },
        }),
      }),
    });
  });

  afterEach(() => git.stop());

  const fleet = () => ({ url: `${git.url}/acme/fleet`, branch: 'main' });
  const text = async () =>
    (await repositories.read(fleet())).files.text('a.yaml')?.text;
  const tarballs = () =>
    git.requests.filter(path => path.includes('/tarball/')).length;

  it('are read once for all who wait, and not at all for some seconds after', async () => {
    expect(await Promise.all([text(), text(), text()])).toEqual([
      'a: 1\n',
      'a: 1\n',
      'a: 1\n',
    ]);
    time += 4_999;
    await text();
    expect(git.requests).toHaveLength(2);
  });

  it('are not sent again if the branch has not moved', async () => {
    const before = await repositories.read(fleet());
    time += 5_000;

    expect(await repositories.read(fleet())).toBe(before);
    expect(git.requests).toHaveLength(3);
    expect(tarballs()).toBe(1);
    time += 4_999;
    await text();
    expect(git.requests).toHaveLength(3);
  });

  it('are those of the branch as it is now', async () => {
    await text();
    await git.push({ 'a.yaml': 'a: 2\n' }, 'c0ffee02');
    time += 5_000;

    expect(await text()).toBe('a: 2\n');
    expect(await repositories.read(fleet())).toMatchObject({
      revision: 'c0ffee02',
    });
  });

  it('are never old ones in place of those that can not be read', async () => {
    await text();
    git.trouble = 500;
    time += 5_000;

    await expect(text()).rejects.toThrow(/fault of its own/);
  });

  it('are left alone for a moment after a failure, and then read', async () => {
    git.trouble = 500;
    await expect(Promise.all([text(), text()])).rejects.toThrow(/500/);
    git.trouble = undefined;
    time += 2_999;
    await expect(text()).rejects.toThrow(/500/);
    expect(git.requests).toHaveLength(1);

    time += 1;
    expect(await text()).toBe('a: 1\n');
  });

  it('are held up to a bound', async () => {
    for (let number = 0; number < 20; number += 1) {
      const branch = `branch-${number}`;
      await expect(repositories.read({ ...fleet(), branch })).rejects.toThrow(
        /no branch/,
      );
    }
    expect(repositories.size).toBe(8);
  });
});
