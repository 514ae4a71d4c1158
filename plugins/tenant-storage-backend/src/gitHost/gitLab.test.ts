import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { sha } from './gitHubServer.test.server';
import type { GitHost } from './gitHost';
import { createGitHosts } from './gitHosts';
import { GitLabServer } from './gitLabServer.test.server';

const TOKEN = 'glpat-a-secret-that-nobody-sees';

describe('GitLab', () => {
  let gitLab: GitLabServer;
  let host: GitHost;
  const repository = () => ({
    url: `${gitLab.url}/acme/fleet`,
    host: gitLab.server.host,
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
            gitlab: [
              {
                host: gitLab.server.host,
                apiBaseUrl: `${gitLab.url}/api/v4`,
                baseUrl: gitLab.url,
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
    gitLab = new GitLabServer();
    await gitLab.server.start();
    host = asking(60_000);
  });
  afterEach(() => gitLab.server.stop());

  it('tells the merge requests of many branches in one call, with nothing of forks', async () => {
    gitLab.open('one', { state: 'closed' });
    gitLab.open('one');
    gitLab.open('one', { fork: true });
    gitLab.open('two', { state: 'merged', mergeCommit: sha('c') });
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
      url: `${gitLab.url}/acme/fleet/-/merge_requests/2`,
      author: 'portal-bot',
      head: sha('b2'),
      mergeCommit: null,
    });
    expect(gitLab.server.asked).toHaveLength(1);
    expect(gitLab.server.asked[0].authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('asks conditionally', async () => {
    gitLab.open('one');
    await proposalOf('one');
    gitLab.server.take();
    expect((await proposalOf('one')).number).toBe(1);
    expect(gitLab.server.take().map(({ status }) => status)).toEqual([304]);
  });

  it('finds what is not among the latest hundred by its branch', async () => {
    gitLab.open('old', { updatedAt: '2020-01-01T00:00:00Z' });
    for (let i = 0; i < 100; i += 1) gitLab.open(`other-${i}`);
    expect((await proposalOf('old')).number).toBe(1);
  });

  it.each([
    ['a merge', { mergeCommit: sha('c'), squashCommit: sha('d') }, sha('c')],
    ['a squash', { squashCommit: sha('d') }, sha('d')],
    ['a fast-forward', {}, sha('b1')],
  ])('tells the commit that it became by %s', async (_, parts, commit) => {
    gitLab.open('one', { state: 'merged', ...parts });
    expect((await proposalOf('one')).mergeCommit).toBe(commit);
  });

  it('tells who approved and when, and what reviewers ask for', async () => {
    gitLab.open('one', {
      approvedBy: ['pia'],
      reviewers: [
        { by: 'pia', state: 'approved' },
        { by: 'petra', state: 'requested_changes' },
        { by: 'paul', state: 'unreviewed' },
      ],
      notes: [
        {
          by: 'petra',
          body: 'requested changes',
          system: true,
          at: '2026-11-22T12:03:00Z',
        },
        {
          by: 'petra',
          body: 'Why so much?',
          system: false,
          at: '2026-11-22T12:02:00Z',
        },
        {
          by: 'pia',
          body: 'approved this merge request',
          system: true,
          at: '2026-11-22T12:01:00Z',
        },
      ],
    });
    expect(await host.reviews(repository(), await proposalOf('one'))).toEqual([
      {
        by: 'pia',
        at: Date.UTC(2026, 10, 22, 12, 1),
        verdict: 'approved',
        words: '',
      },
      {
        by: 'petra',
        at: Date.UTC(2026, 10, 22, 12, 3),
        verdict: 'changesRequested',
        words: 'Why so much?',
      },
    ]);
  });

  it('tells who ended it, and whether it merges', async () => {
    gitLab.open('merged', { state: 'merged', mergedBy: 'petra' });
    gitLab.open('closed', {
      state: 'closed',
      closedBy: 'paul',
      reviewers: [{ by: 'paul', state: 'reviewed' }],
    });
    gitLab.open('conflict', { conflicts: true });
    gitLab.open('unchecked', { mergeStatus: 'checking' });
    const end = async (branch: string) =>
      host.end(repository(), await proposalOf(branch));
    expect(await end('merged')).toEqual({ by: 'petra', reviewers: [] });
    expect(await end('closed')).toEqual({ by: 'paul', reviewers: ['paul'] });
    const mergeable = async (branch: string) =>
      host.mergeable(repository(), await proposalOf(branch));
    expect(await mergeable('conflict')).toBe(false);
    expect(await mergeable('unchecked')).toBeNull();
    expect(await mergeable('closed')).toBe(true);
  });

  it('tells of a branch what the target branch does not have, though nothing is proposed from it', async () => {
    const commit = {
      sha: sha('d'),
      message: 'Raise\n\nIt',
      parents: [sha('a')],
    };
    const branch = (target: string | null) =>
      host.branch(repository(), { branch: 'by/hand', target });
    expect(await branch('main')).toBeUndefined();
    gitLab.branches.set('by/hand', { commits: [commit] });
    const told = {
      head: sha('d'),
      commits: [{ ...commit, author: 'Portal' }],
    };
    expect(await branch('main')).toEqual(told);
    expect(await branch(null)).toEqual(told);
  });

  it('tells a branch that is not there from a project that can not be seen', async () => {
    gitLab.isVisible = false;
    await expect(
      host.branch(repository(), { branch: 'by/hand', target: 'main' }),
    ).rejects.toMatchObject({ fault: 'notFound' });
  });

  it('tells a commit, and when it was made', async () => {
    const commit = {
      sha: sha('d'),
      message: 'Raise\n\nIt',
      parents: [sha('a')],
      authoredAt: '2026-11-22T13:00:00.000+01:00',
    };
    gitLab.branches.set('one', { commits: [commit] });
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
    gitLab.history = [sha('a'), sha('b'), sha('c')];
    const contains = (commit: string, ancestor: string) =>
      host.contains(repository(), sha(commit), sha(ancestor));
    expect(await contains('c', 'b')).toBe(true);
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
    expect(gitLab.statuses).toEqual([
      {
        sha: sha('b1'),
        state: 'failed',
        context: 'kmetal-storage',
        description: '9 Gi are in use.',
        target_url: 'https://portal.example.com/x',
      },
    ]);
  });

  it.each([
    [{ status: 401 }, 'credentials'],
    [{ status: 404 }, 'notFound'],
    [{ status: 502 }, 'failing'],
    ['hang', 'unreachable'],
    ['reset', 'unreachable'],
  ] as const)('that answers %j is %s, after one try', async (fault, what) => {
    gitLab.server.fault = fault;
    if (fault === 'hang') host = asking(300);
    const error = await proposalOf('one').catch(thrown => thrown);
    expect(error).toMatchObject({ fault: what, host: gitLab.server.host });
    expect(error.message).not.toContain(TOKEN);
    expect(gitLab.server.asked.length).toBeLessThanOrEqual(1);
  });

  it('names the project that it has not', async () => {
    gitLab.server.fault = { status: 404 };
    await expect(proposalOf('one')).rejects.toThrow('no project acme/fleet');
  });

  it('says when to come back', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 60;
    gitLab.server.fault = {
      status: 429,
      headers: { 'ratelimit-reset': `${reset}` },
    };
    const error = await proposalOf('one').catch(thrown => thrown);
    expect(error).toMatchObject({
      fault: 'rateLimited',
      retryAt: reset * 1000,
    });
  });
});
