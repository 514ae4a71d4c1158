import gitlabModule from '@backstage/plugin-scaffolder-backend-module-gitlab';
import { GitLabServer } from './gitLab.test.server';
import { Portal } from './portal.test.server';
import { MANIFEST } from './quotaAction.test.bench';
import {
  factsOf,
  type TenantStorageBackend,
} from './tenantStorageBackend.test.server';

const BRANCH = 'kmetal-storage.muc-1.alpha.quota';
const FILE = 'tenants/alpha.yaml';
const TITLE = 'Storage quota of alpha in muc-1: raised from 50Gi to 60Gi';
const TRAILER = 'Kmetal-Storage-Change: muc-1/alpha quota';

let gitLab: GitLabServer;
let portal: Portal;

/** What the backend knows of the open request. */
async function follow(backend: TenantStorageBackend): Promise<void> {
  const [mergeRequest] = gitLab.mergeRequests;
  const wish = backend.recorded.at(-1);
  backend.openRequest = wish
    ? {
        request: backend.requestOf(wish, {
          state: mergeRequest ? 'opened' : 'preparing',
          pullRequest: mergeRequest
            ? { number: mergeRequest.iid, url: mergeRequest.web_url }
            : null,
        }),
        mergeable: mergeRequest ? true : null,
        title: mergeRequest?.title ?? null,
      }
    : null;
  backend.commitsOfOthers.set(
    'acme/platform/fleet',
    gitLab.commits
      .filter(({ message }) => !message.includes(`\n\n${TRAILER} `))
      .map(({ message }) => ({ sha: '0', author: 'x', title: message })),
  );
}

beforeEach(async () => {
  gitLab = await new GitLabServer().start();
  gitLab.branches.set('main', { [FILE]: MANIFEST });
  gitLab.branches.set('stable', { [FILE]: MANIFEST });
  const { host } = new URL(gitLab.url);
  portal = new Portal();
  await portal.start({
    features: [gitlabModule],
    beforeAnswer: follow,
    config: {
      integrations: {
        gitlab: [
          {
            host,
            baseUrl: gitLab.url,
            apiBaseUrl: `${gitLab.url}/api/v4`,
            token: 'glpat-thePortalsOwnToken',
          },
        ],
      },
    },
  });
  portal.tenantStorage.facts = factsOf();
  portal.tenantStorage.repositories = [
    {
      url: `${gitLab.url}/acme/platform/fleet`,
      host,
      repository: 'acme/platform/fleet',
      branch: 'stable',
      root: null,
      locators: {},
      newFiles: {},
    },
  ];
});

afterEach(async () => {
  await portal.stop();
  await gitLab.stop();
});

const wished = (size: string) => ({
  [FILE]: MANIFEST.replace('50Gi #', `${size} #`),
});

describe('request-more-storage on GitLab', () => {
  it('opens one merge request on the target branch, then pushes one commit that is known as the portal’s', async () => {
    const { status, output } = await portal.send({ size: '60Gi' });
    expect(status).toBe('completed');
    expect(gitLab.writes).toEqual([
      'POST /repository/branches',
      'POST /merge_requests',
      'POST /repository/commits',
    ]);
    expect(gitLab.mergeRequests).toMatchObject([
      { source_branch: BRANCH, target_branch: 'stable', title: TITLE },
    ]);
    expect(gitLab.commits).toEqual([
      { branch: BRANCH, message: `${TITLE}\n\n${TRAILER} 60Gi` },
    ]);
    expect(gitLab.branches.get(BRANCH)).toEqual(wished('60Gi'));
    expect(output.links?.[0]).toMatchObject({
      url: gitLab.mergeRequests[0].web_url,
    });
    expect(output.text).toEqual([
      expect.objectContaining({ title: 'What happens next' }),
    ]);
  });

  it('asked twice is one merge request, to which the latest wish is pushed', async () => {
    await portal.send({ size: '60Gi' });
    gitLab.writes.length = 0;
    const { status, output } = await portal.send({ size: '80Gi' });
    expect(status).toBe('completed');
    expect(gitLab.writes).toEqual(['POST /repository/commits']);
    expect(gitLab.branches.get(BRANCH)).toEqual(wished('80Gi'));
    expect(gitLab.mergeRequests).toHaveLength(1);
    expect(output.links?.[0].url).toBe(gitLab.mergeRequests[0].web_url);
  });

  it('asked the same again is not published', async () => {
    await portal.send({ size: '60Gi' });
    gitLab.writes.length = 0;
    const { output } = await portal.send({ size: '60Gi' });
    expect(gitLab.writes).toEqual([]);
    expect(output.text).toEqual([
      expect.objectContaining({ title: 'Nothing was sent' }),
    ]);
  });

  it('pushes nothing onto what others put on the branch', async () => {
    gitLab.branches.set(BRANCH, { [FILE]: 'By hand.' });
    gitLab.commits.push({ branch: BRANCH, message: 'While we are at it' });
    const { status, log } = await portal.send({ size: '60Gi' });
    expect(status).toBe('failed');
    expect(log).toContain('While we are at it');
    expect(gitLab.writes).toEqual([]);
  });

  it('broken off before the push is completed once it is asked again', async () => {
    gitLab.commitFault = 403;
    const first = await portal.send({ size: '60Gi' });
    expect(first.status).toBe('failed');
    expect(first.log).toContain('Nothing is half done');
    gitLab.commitFault = undefined;
    const second = await portal.send({ size: '60Gi' });
    expect(second.status).toBe('completed');
    expect(gitLab.mergeRequests).toHaveLength(1);
    expect(gitLab.branches.get(BRANCH)).toEqual(wished('60Gi'));
  });
});
