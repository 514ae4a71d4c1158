import githubModule from '@backstage/plugin-scaffolder-backend-module-github';
import gitlabModule from '@backstage/plugin-scaffolder-backend-module-gitlab';
import { startGitHost, type GitHost } from '@kmetal/demo';
import { GitLabServer } from './gitLab.test.server';
import { Portal } from './portal.test.server';
import { underClusterFactsOf } from './tenantStorageBackend.test.server';

const FORM = {
  underCluster: 'muc-1',
  reason: 'Agreed in May.',
  name: 'minio',
  bucket: 'velero',
  region: 'minio',
  s3Url: 'https://minio.minio-system.svc:9000',
  s3ForcePathStyle: true,
  confirmNoTenantData: true,
};
const BRANCH = 'kmetal-storage.muc-1.minio.velero-location';
const TITLE = 'Backup location minio in muc-1: new';
const TRAILER = 'Kmetal-Storage-Change: muc-1/minio velero-location';
const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - old.yaml
`;
/** Another location, the only one in its file, which is the default. */
const OLD = `apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: { name: old, namespace: velero }
spec:
  provider: aws
  default: true
  objectStorage:
    bucket: old
`;
const FILES = {
  'clusters/muc-1/kustomization.yaml': KUSTOMIZATION,
  'clusters/muc-1/old.yaml': OLD,
};
const NEW = 'clusters/muc-1/minio.yaml';

function repositoryOf(url: string, repository: string) {
  return {
    url: `${url}/${repository}`,
    host: new URL(url).host,
    repository,
    branch: 'main',
    root: null,
    locators: {},
    newFiles: { storage: 'clusters/{underCluster}/{object}.yaml' },
  };
}

function facts() {
  return underClusterFactsOf({
    namespaces: {
      sight: 'known',
      because: null,
      items: [{ name: 'velero', deletedAt: null }],
    },
  });
}

let portal: Portal;

describe('velero-location on GitHub', () => {
  let gitHost: GitHost;

  beforeEach(async () => {
    gitHost = await startGitHost({ repositories: { 'kmetal/fleet': FILES } });
    portal = new Portal();
    await portal.start({
      features: [githubModule],
      beforeAnswer: async () => {},
      config: {
        integrations: {
          github: [
            {
              host: gitHost.host,
              apiBaseUrl: `${gitHost.url}/api/v3`,
              token: gitHost.portalToken,
            },
          ],
        },
      },
    });
    portal.tenantStorage.underCluster = facts();
    portal.tenantStorage.repositories = [
      repositoryOf(gitHost.url, 'kmetal/fleet'),
    ];
  });

  afterEach(async () => {
    await portal.stop();
    await gitHost.stop();
  });

  const github = async <T>(path: string): Promise<T> => {
    const response = await fetch(
      `${gitHost.url}/api/v3/repos/kmetal/fleet${path}`,
      { headers: { authorization: `Bearer ${gitHost.portalToken}` } },
    );
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json() as Promise<T>;
  };
  const pulls = () =>
    github<Array<{ number: number; title: string; html_url: string }>>(
      '/pulls?state=all',
    );

  it('ends as one pull request whose only commit is known as the portal’s, asked once or twice', async () => {
    const first = await portal.sendForm('velero-location', FORM);
    expect(first.log).not.toContain('Error');
    expect(first.status).toBe('completed');
    const [pull, ...more] = await pulls();
    expect(more).toEqual([]);
    expect(pull.title).toBe(TITLE);
    const commits = await github<Array<{ commit: { message: string } }>>(
      `/pulls/${pull.number}/commits`,
    );
    expect(commits.map(({ commit }) => commit.message)).toEqual([
      expect.stringMatching(`^${TITLE}\n\n${TRAILER} [0-9a-f]{12}$`),
    ]);
    const { content } = await github<{ content: string }>(
      `/contents/${NEW}?ref=${BRANCH}`,
    );
    expect(Buffer.from(content, 'base64').toString()).toContain(
      'bucket: velero',
    );
    expect(first.output.links).toEqual([
      expect.objectContaining({ title: 'The request', url: pull.html_url }),
    ]);
    expect(first.output.text).toEqual([
      expect.objectContaining({ title: 'What happens next' }),
    ]);
    for (const asker of portal.askers) {
      expect(asker).toBe('user:default/alice');
    }

    const second = await portal.sendForm('velero-location', {
      ...FORM,
      prefix: 'daily',
    });
    expect(second.status).toBe('completed');
    expect(await pulls()).toHaveLength(1);
  });

  it('of a dry run proposes nothing, and shows the files', async () => {
    const { files, output } = await portal.dryRunForm('velero-location', FORM);
    const folder = `kmetal-storage-changes/${BRANCH}`;
    expect(Object.keys(files).sort()).toEqual([
      `${folder}/change.diff`,
      `${folder}/description.md`,
      `${folder}/files/clusters/muc-1/kustomization.yaml`,
      `${folder}/files/${NEW}`,
    ]);
    expect(output.text).toBeDefined();
    expect(portal.tenantStorage.recordedChanges).toEqual([]);
    expect(await pulls()).toEqual([]);
  });

  it('refuses what is wrong with a form, and asks nobody', async () => {
    gitHost.takeRequests();
    const { status, log } = await portal.sendForm('velero-location', {
      ...FORM,
      bucket: '../x',
    });
    expect(status).toBe('failed');
    expect(log).toContain('bucket: "../x" is no name of a bucket');
    expect(gitHost.takeRequests()).toEqual([]);
    expect(portal.tenantStorage.calls).toEqual([]);
  });
});

describe('velero-location on GitLab', () => {
  let gitLab: GitLabServer;

  beforeEach(async () => {
    gitLab = await new GitLabServer().start();
    gitLab.branches.set('main', { ...FILES });
    portal = new Portal();
    await portal.start({
      features: [gitlabModule],
      beforeAnswer: async backend => {
        const [made] = gitLab.mergeRequests;
        const wish = backend.recordedChanges.at(-1);
        backend.openRequest =
          made && wish
            ? {
                request: backend.changeRequestOf(wish, {
                  state: 'opened',
                  pullRequest: { number: made.iid, url: made.web_url },
                }),
                mergeable: true,
                title: made.title,
              }
            : null;
      },
      config: {
        integrations: {
          gitlab: [
            {
              host: new URL(gitLab.url).host,
              baseUrl: gitLab.url,
              apiBaseUrl: `${gitLab.url}/api/v4`,
              token: 'glpat-thePortalsOwnToken',
            },
          ],
        },
      },
    });
    portal.tenantStorage.underCluster = facts();
    portal.tenantStorage.repositories = [
      repositoryOf(gitLab.url, 'acme/platform/fleet'),
    ];
  });

  afterEach(async () => {
    await portal.stop();
    await gitLab.stop();
  });

  it('ends as one merge request with one commit that is known as the portal’s', async () => {
    const { output, status } = await portal.sendForm('velero-location', FORM);
    expect(status).toBe('completed');
    expect(gitLab.mergeRequests).toMatchObject([
      { source_branch: BRANCH, target_branch: 'main', title: TITLE },
    ]);
    expect(gitLab.commits).toEqual([
      {
        branch: BRANCH,
        message: expect.stringMatching(`\n\n${TRAILER} [0-9a-f]{12}$`),
      },
    ]);
    expect(gitLab.branches.get(BRANCH)?.[NEW]).toContain('bucket: velero');
    expect(output.text).toEqual([
      expect.objectContaining({ title: 'What happens next' }),
    ]);
  });

  it('asked the same again proposes nothing', async () => {
    await portal.sendForm('velero-location', FORM);
    gitLab.writes.length = 0;
    const { output } = await portal.sendForm('velero-location', FORM);
    expect(gitLab.writes).toEqual([]);
    expect(output.text).toEqual([
      expect.objectContaining({ title: 'Nothing was proposed' }),
    ]);
  });

  it('asked for less takes back what only the earlier wish changed', async () => {
    await portal.sendForm('velero-location', { ...FORM, default: true });
    const path = 'clusters/muc-1/old.yaml';
    expect(gitLab.branches.get(BRANCH)?.[path]).not.toBe(OLD);
    const { status } = await portal.sendForm('velero-location', FORM);
    expect(status).toBe('completed');
    expect(gitLab.branches.get(BRANCH)?.[path]).toBe(OLD);
    expect(gitLab.branches.get(BRANCH)?.[NEW]).not.toContain('default: true');
    expect(gitLab.mergeRequests).toHaveLength(1);
  });
});
