import { sha } from '../gitHost/gitHubServer.test.server';
import { inventoryOf, quota, type Content } from '../views/inventoryOf.testing';
import { commitOf, fluxEvidence, liveEvidence } from './clusterEvidence';

const MERGE = sha('c');
const Gi = 2n ** 30n;

type Given = NonNullable<Content['Kustomization']>[number];

function kustomization(name: string, parts: Partial<Given> = {}): Given {
  return {
    name,
    namespace: 'flux-system',
    suspended: false,
    ready: { status: 'True' },
    lastAppliedRevision: `main@sha1:${sha('a')}`,
    ...parts,
  };
}

const APPLIED = { lastAppliedRevision: `main@sha1:${sha('d')}` };

function flux(all: Given[], owner?: string) {
  const labels = owner
    ? {
        'kustomize.toolkit.fluxcd.io/name': owner,
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      }
    : undefined;
  const asked: string[] = [];
  const evidence = fluxEvidence(
    inventoryOf({
      ResourceQuota: [{ ...quota('50Gi', '1Gi'), labels }],
      Kustomization: all,
    }),
    'alpha',
    async commit => {
      asked.push(commit);
      return commit === MERGE || commit === sha('d');
    },
  );
  return { asked, evidence };
}

describe('what Flux tells of a merge', () => {
  it.each([
    [`main@sha1:${MERGE}`, MERGE],
    [`v1.2.3@sha1:${MERGE}`, MERGE],
    [`sha1:${MERGE}`, MERGE],
    [`main/${MERGE}`, MERGE],
    [`feature/x@sha1:${MERGE}`, MERGE],
    [`latest@sha256:${'e'.repeat(64)}`, undefined],
    ['main', undefined],
  ])('is of the commit of %s', (revision, commit) => {
    expect(commitOf(revision)).toBe(commit);
  });

  it('is what the Kustomization tells that applies the quota', async () => {
    const all = [kustomization('tenants'), kustomization('apps', APPLIED)];
    expect(await flux(all, 'tenants').evidence).toMatchObject({
      owner: 'flux-system/tenants',
      applied: false,
    });
    expect(await flux(all, 'apps').evidence).toMatchObject({ applied: true });
  });

  it('is what any tells where nobody knows which one applies it, and each revision is compared once', async () => {
    const { evidence, asked } = flux([
      kustomization('one'),
      kustomization('two'),
      kustomization('three', APPLIED),
    ]);
    expect(await evidence).toMatchObject({ owner: null, applied: true });
    expect(asked).toEqual([sha('a'), sha('d')]);
  });

  it('is not the failure of others that have nothing to do with it', async () => {
    const failing = { status: 'False', reason: 'BuildFailed', message: 'x' };
    expect(
      await flux([
        kustomization('one', { ready: failing }),
        kustomization('two', { suspended: true }),
      ]).evidence,
    ).toMatchObject({ failing: null, suspended: false });
    expect(
      await flux([
        kustomization('one', {
          ready: failing,
          lastAttemptedRevision: `main@sha1:${MERGE}`,
        }),
      ]).evidence,
    ).toMatchObject({
      failing: {
        by: 'flux-system/one',
        words: 'BuildFailed: x',
        ofTheMerge: true,
      },
    });
  });

  it('is nothing where Flux applies no commits, or is not there', async () => {
    expect(
      await flux([
        kustomization('one', {
          lastAppliedRevision: `latest@sha256:${'e'.repeat(64)}`,
        }),
      ]).evidence,
    ).toEqual({ seen: false });
    expect(await flux([]).evidence).toEqual({ seen: false });
    expect(await fluxEvidence(undefined, 'alpha', async () => true)).toEqual({
      seen: false,
    });
  });
});

describe('the live quota', () => {
  it('is that of the class that binds first, and every other one', () => {
    const cluster = inventoryOf({
      ResourceQuota: [
        quota('60Gi', '1Gi'),
        quota('50Gi', '1Gi', 'second'),
        {
          name: 'all',
          namespace: 'alpha',
          hard: { 'requests.storage': '1Gi' },
        },
      ],
    });
    expect(liveEvidence(cluster, 'alpha')).toEqual({
      known: true,
      bytes: 50n * Gi,
      all: [60n * Gi, 50n * Gi],
    });
    expect(liveEvidence(cluster, 'beta')).toEqual({
      known: true,
      bytes: null,
      all: [],
    });
  });

  it('is not known while it is stale, or can not be read', () => {
    const content = { ResourceQuota: [quota('60Gi', '1Gi')] };
    expect(
      liveEvidence(
        inventoryOf(content, {
          states: {
            ResourceQuota: { state: 'stale', since: 0, message: 'lost' },
          },
        }),
        'alpha',
      ),
    ).toEqual({ known: false });
    expect(
      liveEvidence(
        inventoryOf({ ResourceQuota: [quota('a lot', '1Gi')] }),
        'alpha',
      ),
    ).toEqual({ known: false });
    expect(liveEvidence(undefined, 'alpha')).toEqual({ known: false });
  });
});
