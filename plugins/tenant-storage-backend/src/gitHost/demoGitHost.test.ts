import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import {
  type GitHost as DemoGitHost,
  type GitHostTrouble,
  startGitHost,
} from '@kmetal/demo';
import { Octokit } from '@octokit/rest';
import type { GitHost } from './gitHost';
import { createGitHosts } from './gitHosts';

const at = { owner: 'kmetal', repo: 'fleet' };
const BRANCH = 'kmetal-storage.muc-1.alpha.quota';
const PATH = 'quota.yaml';

describe('the demo’s Git host', () => {
  let demo: DemoGitHost;
  let host: GitHost;
  const clientOf = (token: string) =>
    new Octokit({ auth: token, baseUrl: `${demo.url}/api/v3` });
  const repository = () => ({
    url: `${demo.url}/kmetal/fleet`,
    host: demo.host,
    repository: 'kmetal/fleet',
  });
  const proposal = async () =>
    (await host.proposals(repository(), [BRANCH])).get(BRANCH)![0];
  const branch = () =>
    host.branch(repository(), { branch: BRANCH, target: null });

  beforeAll(async () => {
    demo = await startGitHost({
      repositories: { 'kmetal/fleet': { [PATH]: 'size: 50Gi\n' } },
    });
    const found = createGitHosts({
      integrations: ScmIntegrations.fromConfig(
        new ConfigReader({
          integrations: {
            github: [
              {
                host: demo.host,
                apiBaseUrl: `${demo.url}/api/v3`,
                token: demo.portalToken,
              },
            ],
          },
        }),
      ),
    }).of(repository());
    if ('unfollowed' in found) throw new Error(found.unfollowed);
    host = found;
  });
  afterAll(() => demo?.stop());

  it('is followed as GitHub is, from the pull request to the merge', async () => {
    const portal = clientOf(demo.portalToken).rest;
    const petra = clientOf(demo.tokenOf('petra')).rest;
    const main = await portal.git.getRef({ ...at, ref: 'heads/main' });
    const base = main.data.object.sha;
    expect(await proposal()).toBeUndefined();
    expect(await branch()).toBeUndefined();

    await portal.git.createRef({
      ...at,
      ref: `refs/heads/${BRANCH}`,
      sha: base,
    });
    const { data: file } = await portal.repos.getContent({ ...at, path: PATH });
    await portal.repos.createOrUpdateFileContents({
      ...at,
      branch: BRANCH,
      path: PATH,
      sha: (file as { sha: string }).sha,
      message: 'Raise\n\nKmetal-Storage-Change: muc-1/alpha quota',
      content: Buffer.from('size: 60Gi\n').toString('base64'),
    });
    await portal.pulls.create({
      ...at,
      head: BRANCH,
      base: 'main',
      title: 'Raise the quota',
    });

    expect(await branch()).toMatchObject({
      commits: [{ message: expect.stringContaining('Kmetal-Storage-Change') }],
    });

    const opened = await proposal();
    expect(opened).toMatchObject({
      number: 1,
      state: 'open',
      title: 'Raise the quota',
      author: 'kmetal-portal',
      mergeCommit: null,
    });
    expect(await host.commit(repository(), opened.head)).toMatchObject({
      message: 'Raise\n\nKmetal-Storage-Change: muc-1/alpha quota',
      parents: [base],
      authoredAt: expect.any(Number),
    });
    expect(await host.mergeable(repository(), opened)).toBe(true);
    await host.publishStatus(repository(), opened.head, {
      context: 'kmetal-storage',
      state: 'success',
      description: 'Fine',
      targetUrl: 'https://portal.example.com/',
    });
    const status = await portal.repos.getCombinedStatusForRef({
      ...at,
      ref: opened.head,
    });
    expect(status.data.statuses).toMatchObject([
      { context: 'kmetal-storage', state: 'success' },
    ]);

    await petra.pulls.createReview({
      ...at,
      pull_number: 1,
      event: 'REQUEST_CHANGES',
      body: 'What for?',
    });
    expect(await host.reviews(repository(), opened)).toMatchObject([
      { by: 'petra', verdict: 'changesRequested', words: 'What for?' },
    ]);
    await petra.pulls.createReview({
      ...at,
      pull_number: 1,
      event: 'APPROVE',
    });
    expect(await host.reviews(repository(), opened)).toMatchObject([
      { by: 'petra', verdict: 'approved' },
    ]);

    await petra.pulls.merge({ ...at, pull_number: 1 });
    const merged = await proposal();
    expect(merged.state).toBe('merged');
    expect(await host.end(repository(), merged)).toMatchObject({ by: 'petra' });
    const head = await portal.git.getRef({ ...at, ref: 'heads/main' });
    const contains = (ancestor: string) =>
      host.contains(repository(), head.data.object.sha, ancestor);
    expect(await contains(merged.mergeCommit!)).toBe(true);
    expect(await host.contains(repository(), base, merged.mergeCommit!)).toBe(
      false,
    );
  });

  it('tells who closed a pull request without merging it', async () => {
    const portal = clientOf(demo.portalToken).rest;
    const petra = clientOf(demo.tokenOf('petra')).rest;
    const branchName = 'kmetal-storage.muc-1.beta.quota';
    const main = await portal.git.getRef({ ...at, ref: 'heads/main' });
    await portal.git.createRef({
      ...at,
      ref: `refs/heads/${branchName}`,
      sha: main.data.object.sha,
    });
    await portal.repos.createOrUpdateFileContents({
      ...at,
      branch: branchName,
      path: 'beta.yaml',
      message: 'Raise',
      content: Buffer.from('size: 60Gi\n').toString('base64'),
    });
    const { data: pull } = await portal.pulls.create({
      ...at,
      head: branchName,
      base: 'main',
      title: 'Raise',
    });
    await petra.pulls.update({
      ...at,
      pull_number: pull.number,
      state: 'closed',
    });

    const [closed] = (await host.proposals(repository(), [branchName])).get(
      branchName,
    )!;
    expect(closed).toMatchObject({ state: 'closed' });
    expect(await host.end(repository(), closed)).toMatchObject({ by: 'petra' });
  });

  it.each<[string, GitHostTrouble]>([
    ['unreachable', { kind: 'down' }],
    ['rateLimited', { kind: 'rateLimited', status: 403 }],
    ['rateLimited', { kind: 'rateLimited', status: 429 }],
    ['failing', { kind: 'failing', status: 503 }],
  ])('is %s when it is %j', async (fault, trouble) => {
    demo.setTrouble(trouble);
    try {
      await expect(proposal()).rejects.toMatchObject({
        host: demo.host,
        fault,
      });
    } finally {
      demo.setTrouble(undefined);
    }
  });
});
