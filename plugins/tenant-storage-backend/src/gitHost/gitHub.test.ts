import { ScmIntegrations } from '@backstage/integration';
import { ConfigReader } from '@backstage/config';
import type { GitHost } from './gitHost';
import { GitHostError } from './gitHostError';
import { createGitHosts } from './gitHosts';
import { GitHubServer, sha } from './gitHubServer.test.server';

const TOKEN = 'ghp_a-secret-that-nobody-sees';

describe('GitHub', () => {
  let gitHub: GitHubServer;
  let host: GitHost;
  const repository = () => ({
    url: `${gitHub.url}/acme/fleet`,
    host: gitHub.server.host,
    repository: 'acme/fleet',
  });
  const proposalOf = async (branch: string) => {
    const found = await host.proposals(repository(), [branch]);
    return found.get(branch)![0];
  };

  /** Gives up after so long. */
  const asking = (timeoutMs: number): GitHost => {
    const found = createGitHosts({
      integrations: ScmIntegrations.fromConfig(
        new ConfigReader({
          integrations: {
            github: [
              {
                host: gitHub.server.host,
                apiBaseUrl: `${gitHub.url}/api/v3`,
                token: TOKEN,
              },
            ],
          },
        }),
      ),
      timeoutMs,
    }).of(repository());
    if ('unfollowed' in found) throw new Error(found.unfollowed);
    return found;
  };

  beforeEach(async () => {
    gitHub = new GitHubServer();
    await gitHub.server.start();
    host = asking(60_000);
  });
  afterEach(() => gitHub.server.stop());

  it('tells the pull requests of many branches in one call, the newest first, with nothing of forks', async () => {
    const closed = gitHub.open('one');
    gitHub.close(closed, 'petra');
    gitHub.open('one');
    gitHub.open('one', { fork: 'mallory/fleet' });
    gitHub.merge(gitHub.open('two'));
    gitHub.open('other');

    const found = await host.proposals(repository(), ['one', 'two', 'three']);

    expect(
      [...found].map(([branch, proposals]) => [
        branch,
        proposals.map(({ number, state }) => `${number} ${state}`),
      ]),
    ).toEqual([
      ['one', ['2 open', '1 closed']],
      ['two', ['4 merged']],
      ['three', []],
    ]);
    expect(found.get('one')![0]).toMatchObject({
      url: `${gitHub.url}/acme/fleet/pull/2`,
      title: 'Change 2',
      head: sha('b2'),
      author: 'kmetal-portal[bot]',
      mergeCommit: null,
    });
    expect(found.get('two')![0].mergeCommit).toBe(sha('c4'));
    expect(gitHub.server.asked).toHaveLength(1);
    expect(gitHub.server.asked[0].authorization).toBe(`token ${TOKEN}`);
  });

  it('asks conditionally, so that polling costs no rate limit', async () => {
    gitHub.open('one');
    await proposalOf('one');
    gitHub.server.take();
    expect((await proposalOf('one')).number).toBe(1);
    expect(gitHub.server.take().map(({ status }) => status)).toEqual([304]);
    gitHub.open('one');
    expect((await proposalOf('one')).number).toBe(2);
    expect(gitHub.server.take().map(({ status }) => status)).toEqual([200]);
  });

  it('finds what is not among the latest hundred by its branch', async () => {
    gitHub.open('old', { updatedAt: '2020-01-01T00:00:00Z' });
    for (let i = 0; i < 100; i += 1) gitHub.open(`other-${i}`);
    expect((await proposalOf('old')).number).toBe(1);
    expect(gitHub.server.asked).toHaveLength(2);
  });

  it('tells what each reviewer said last, with the words', async () => {
    const pull = gitHub.open('one');
    gitHub.review(pull, 'petra', 'CHANGES_REQUESTED', 'Not 5Ti\u202e, please.');
    gitHub.review(pull, 'petra', 'COMMENTED', 'By the way');
    gitHub.review(pull, 'paul', 'CHANGES_REQUESTED');
    pull.reviews[2].comments = ['This line', 'and that'];
    gitHub.review(pull, 'pia', 'CHANGES_REQUESTED', 'No');
    gitHub.review(pull, 'pia', 'APPROVED');
    gitHub.review(pull, 'pete', 'DISMISSED');
    const reviews = await host.reviews(repository(), await proposalOf('one'));
    expect(
      reviews.map(({ by, verdict, words }) => [by, verdict, words]),
    ).toEqual([
      ['petra', 'changesRequested', 'Not 5Ti, please.'],
      ['paul', 'changesRequested', 'This line\nand that'],
      ['pia', 'approved', ''],
      ['pete', 'withdrawn', ''],
    ]);
  });

  it('tells who merged, who closed, and who was asked', async () => {
    gitHub.merge(gitHub.open('merged'), 'petra');
    gitHub.close(gitHub.open('closed'), 'paul');
    expect(await host.end(repository(), await proposalOf('merged'))).toEqual({
      by: 'petra',
      reviewers: ['petra'],
    });
    expect(await host.end(repository(), await proposalOf('closed'))).toEqual({
      by: 'paul',
      reviewers: ['petra'],
    });
  });

  it('does without who closed it where a repository has no issues', async () => {
    gitHub.close(gitHub.open('closed'), 'paul');
    gitHub.hasIssues = false;
    expect(await host.end(repository(), await proposalOf('closed'))).toEqual({
      by: null,
      reviewers: ['petra'],
    });
  });

  it('tells whether it merges', async () => {
    gitHub.open('one', { mergeable: false });
    const proposal = await proposalOf('one');
    expect(await host.mergeable(repository(), proposal)).toBe(false);
  });

  describe('tells of a branch', () => {
    const branch = (target: string | null = 'main') =>
      host.branch(repository(), { branch: 'by/hand', target });
    const commit = {
      sha: sha('d'),
      message: 'Raise\n\nIt',
      parents: [sha('a')],
    };
    const told = {
      head: sha('d'),
      commits: [{ ...commit, author: 'Portal' }],
    };

    it('what the target branch does not have, though nothing is proposed from it', async () => {
      gitHub.branches.set('by/hand', { commits: [commit] });
      expect(await branch()).toEqual(told);
      expect(await branch(null)).toEqual(told);
    });

    it('all commits, however many pages they are', async () => {
      const commits = Array.from({ length: 101 }, (_, index) => ({
        ...commit,
        sha: sha(`d${index}`),
      }));
      gitHub.branches.set('by/hand', { commits });
      expect((await branch())?.commits).toHaveLength(101);
    });

    it('all commits if it has nothing in common with the target branch', async () => {
      gitHub.branches.set('by/hand', { commits: [commit], isUnrelated: true });
      expect(await branch()).toEqual(told);
    });

    it('that it is not there, but not if the repository can not be seen', async () => {
      expect(await branch()).toBeUndefined();
      gitHub.repository = null;
      await expect(branch()).rejects.toMatchObject({ fault: 'notFound' });
    });

    it('nothing while the host is out of order', async () => {
      gitHub.server.fault = { status: 502 };
      gitHub.server.faultOn = path => path.includes('/git/ref/');
      await expect(branch()).rejects.toMatchObject({ fault: 'failing' });
    });
  });

  it('tells a commit, and when it was made', async () => {
    const commit = {
      sha: sha('d'),
      message: 'Raise\n\nIt',
      parents: [sha('a')],
      authoredAt: '2026-11-22T12:00:00Z',
    };
    gitHub.branches.set('one', { commits: [commit] });
    expect(await host.commit(repository(), commit.sha)).toEqual({
      ...commit,
      author: 'Portal',
      authoredAt: Date.UTC(2026, 10, 22, 12),
    });
    await expect(host.commit(repository(), sha('e'))).rejects.toMatchObject({
      fault: 'notFound',
    });
  });

  it('tells whether a commit has another one in it', async () => {
    gitHub.history = [sha('a'), sha('b'), sha('c')];
    const contains = (commit: string, ancestor: string) =>
      host.contains(repository(), sha(commit), sha(ancestor));
    expect(await contains('c', 'b')).toBe(true);
    expect(await contains('b', 'b')).toBe(true);
    expect(await contains('a', 'b')).toBe(false);
    expect(await contains('f', 'b')).toBe(false);
  });

  it('publishes a commit status', async () => {
    await host.publishStatus(repository(), sha('b1'), {
      context: 'kmetal-storage',
      state: 'failure',
      description: '9 Gi are in use.',
      targetUrl: 'https://portal.example.com/x',
    });
    expect(gitHub.statuses).toEqual([
      {
        sha: sha('b1'),
        context: 'kmetal-storage',
        state: 'failure',
        description: '9 Gi are in use.',
        target_url: 'https://portal.example.com/x',
      },
    ]);
  });

  describe('that gives no answer', () => {
    const errorOf = async (): Promise<GitHostError> => {
      const error = await host
        .proposals(repository(), ['one'])
        .catch(thrown => thrown);
      expect(error).toBeInstanceOf(GitHostError);
      expect(error.message).toContain(gitHub.server.host);
      expect(JSON.stringify([error.message, error])).not.toContain(TOKEN);
      return error;
    };
    const reset = Math.ceil(Date.now() / 1000) + 900;

    it.each([
      [401, {}, 'credentials', undefined],
      [403, {}, 'forbidden', undefined],
      [404, {}, 'notFound', undefined],
      [422, {}, 'refused', undefined],
      [500, {}, 'failing', undefined],
      [
        403,
        { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${reset}` },
        'rateLimited',
        reset * 1000,
      ],
      [
        429,
        { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': `${reset}` },
        'rateLimited',
        undefined,
      ],
      [
        502,
        { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': `${reset}` },
        'failing',
        undefined,
      ],
      [429, { 'retry-after': '1e300' }, 'rateLimited', undefined],
    ])('with %i %j is %s', async (status, headers, fault, retryAt) => {
      gitHub.server.fault = {
        status,
        headers: headers as Record<string, string>,
      };
      expect(await errorOf()).toMatchObject({ fault, retryAt });
    });

    it('says when to come back, in seconds or as a date', async () => {
      gitHub.server.fault = { status: 429, headers: { 'retry-after': '60' } };
      const before = Date.now();
      const { retryAt, fault } = await errorOf();
      expect(fault).toBe('rateLimited');
      expect(retryAt).toBeGreaterThanOrEqual(before + 60_000);
      expect(retryAt).toBeLessThanOrEqual(Date.now() + 60_000);
      gitHub.server.fault = {
        status: 503,
        headers: { 'retry-after': 'Wed, 21 Oct 2065 07:28:00 GMT' },
      };
      expect((await errorOf()).retryAt).toBe(Date.UTC(2065, 9, 21, 7, 28));
    });

    it('takes its secondary limit for one by its words', async () => {
      gitHub.server.fault = {
        status: 403,
        body: { message: 'You have exceeded a secondary rate limit.' },
      };
      expect((await errorOf()).fault).toBe('rateLimited');
    });

    it.each([
      ['hang', 'in time'],
      ['reset', 'ends the connection'],
    ] as const)('is unreachable: %s', async (fault, words) => {
      gitHub.server.fault = fault;
      host = asking(300);
      const error = await errorOf();
      expect(error.fault).toBe('unreachable');
      expect(error.message).toContain(words);
    });

    it('is unreachable when nothing listens', async () => {
      const { port } = gitHub.server;
      await gitHub.server.stop();
      const error = await host
        .proposals(
          {
            url: `http://127.0.0.1:${port}/acme/fleet`,
            host: `127.0.0.1:${port}`,
            repository: 'acme/fleet',
          },
          ['one'],
        )
        .catch(thrown => thrown);
      expect(error).toMatchObject({ fault: 'unreachable' });
      expect(error.message).toContain('refuses connections');
    });
  });
});

describe('Git hosts of other kinds', () => {
  it('are named, and not followed', () => {
    const hosts = createGitHosts({
      integrations: ScmIntegrations.fromConfig(
        new ConfigReader({
          integrations: {
            gitea: [
              { host: 'gitea.example.com', username: 'x', password: 'y' },
            ],
          },
        }),
      ),
    });
    const at = (host: string) =>
      hosts.of({
        url: `https://${host}/acme/fleet`,
        host,
        repository: 'acme/fleet',
      });
    expect(at('gitea.example.com')).toEqual({ unfollowed: 'Gitea' });
    expect(at('dev.azure.com')).toEqual({ unfollowed: 'Azure DevOps' });
    expect(at('unknown.example.com')).toMatchObject({
      unfollowed: expect.stringContaining('not under integrations'),
    });
  });
});
