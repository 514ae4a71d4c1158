import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import { KubeObject } from '@kmetal/under-cluster';
import { parseAllDocuments } from 'yaml';
import { personas } from '../personas';
import {
  demoUnderClusters,
  loadDemoScenario,
  TENANT_CLASS,
} from './demoScenario';
import { chargedSize } from './volume';

const STORAGE_KEY = `${TENANT_CLASS}.storageclass.storage.k8s.io/requests.storage`;

const now = new Date('2026-11-22T12:00:00Z');

const identity = ({ kind, metadata }: KubeObject) =>
  `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

async function org() {
  const text = await readFile(resolve(__dirname, '../../org.yaml'), 'utf8');
  return parseAllDocuments(text).map(document => document.toJS());
}

describe.each(demoUnderClusters)('the scenario of $name', ({ name }) => {
  let objects: KubeObject[];
  const of = (kind: string) => objects.filter(object => object.kind === kind);
  const find = (kind: string, namespace: string | undefined, named: string) =>
    of(kind).find(
      ({ metadata }) =>
        metadata.namespace === namespace && metadata.name === named,
    );

  beforeAll(async () => {
    objects = await loadDemoScenario(name, now);
  });

  it('is the same at every start', async () => {
    expect(await loadDemoScenario(name, now)).toEqual(objects);
  });

  it('names every object and every uid once', () => {
    const identities = objects.map(identity);
    expect(new Set(identities).size).toBe(identities.length);
    const uids = objects.map(({ metadata }) => metadata.uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it('puts every object into a namespace that is there, of an age that has passed', () => {
    const stray = objects.filter(
      ({ metadata: { namespace } }) =>
        namespace !== undefined && !find('Namespace', undefined, namespace),
    );
    expect(stray.map(identity)).toEqual([]);
    const unborn = objects.filter(
      ({ metadata }) =>
        !(Date.parse(metadata.creationTimestamp) < now.getTime()),
    );
    expect(unborn.map(identity)).toEqual([]);
  });

  it('has a PersistentVolume for every bound claim, and the other way round', () => {
    const claims = of('PersistentVolumeClaim').filter(
      ({ status }) => status.phase === 'Bound',
    );
    const ends = claims.map(({ metadata, spec, status }) => ({
      volume: spec.volumeName,
      claim: `${metadata.namespace}/${metadata.name}`,
      uid: metadata.uid,
      capacity: status.capacity.storage,
    }));
    const otherEnds = of('PersistentVolume').map(({ metadata, spec }) => ({
      volume: metadata.name,
      claim: `${spec.claimRef.namespace}/${spec.claimRef.name}`,
      uid: spec.claimRef.uid,
      capacity: spec.capacity.storage,
    }));
    const byVolume = (one: { volume: string }, other: { volume: string }) =>
      one.volume.localeCompare(other.volume);
    expect(ends.sort(byVolume)).toEqual(otherEnds.sort(byVolume));
    expect(ends.map(({ volume }) => volume)).toEqual(
      ends.map(({ uid }) => `pvc-${uid}`),
    );
  });

  it('puts local volumes on nodes that are there, and others on a CSI driver', () => {
    const nodes = of('Node').map(({ metadata }) => metadata.name);
    const drivers = of('CSIDriver').map(({ metadata }) => metadata.name);
    for (const { spec } of of('PersistentVolume')) {
      const place = spec.hostPath
        ? spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0]
            .values[0]
        : spec.csi.driver;
      expect(spec.hostPath ? nodes : drivers).toContain(place);
    }
    for (const { status } of of('VirtualMachineInstance')) {
      expect(nodes).toContain(status.nodeName);
    }
  });

  it('has a DataVolume of the same name behind every claim that CDI did not make for another one', () => {
    const claims = of('PersistentVolumeClaim');
    const helper = /^(?:prime|tmp-pvc)-(.*)$/;
    const targets = claims.flatMap(
      ({ metadata }) => helper.exec(metadata.name)?.[1] ?? [],
    );
    expect(claims.map(({ metadata }) => metadata.uid)).toEqual(
      expect.arrayContaining(targets),
    );
    for (const claim of claims.filter(
      ({ metadata }) => !helper.test(metadata.name),
    )) {
      const { name: named, namespace, ownerReferences } = claim.metadata;
      const owner = find('DataVolume', namespace, named);
      expect([identity(claim), owner?.metadata.uid]).toEqual([
        identity(claim),
        ownerReferences[0].uid,
      ]);
      expect(owner?.metadata.labels?.['csi-driver/cluster']).toBe(
        claim.metadata.labels['csi-driver/cluster'],
      );
    }
  });

  it('has a claim for every DataVolume but the one that the quota refused', () => {
    const without = of('DataVolume').filter(
      ({ metadata }) =>
        !find('PersistentVolumeClaim', metadata.namespace, metadata.name),
    );
    expect(without.map(({ metadata }) => metadata.namespace)).toEqual(
      name === 'muc-1' ? ['alpha'] : [],
    );
  });

  it('charges what CDI would, 6 % more for a Filesystem volume, but for the one that was grown', () => {
    const odd = of('DataVolume').filter(({ metadata, spec }) => {
      const claim = find(
        'PersistentVolumeClaim',
        metadata.namespace,
        metadata.name,
      )?.spec;
      const asked = parseQuantity(spec.storage.resources.requests.storage);
      return (
        claim &&
        parseQuantity(claim.resources.requests.storage) !==
          (claim.volumeMode === 'Block' ? asked : chargedSize(asked, 60n))
      );
    });
    expect(odd.map(({ metadata }) => metadata.namespace)).toEqual(
      name === 'muc-1' ? ['wiki'] : [],
    );
  });

  it('uses classes that are there, but for the one that is missing on purpose', () => {
    const missing = of('PersistentVolumeClaim')
      .map(({ spec }) => spec.storageClassName)
      .filter(className => !find('StorageClass', undefined, className));
    expect(missing).toEqual(name === 'muc-1' ? ['tenant-storage-fast'] : []);
  });

  it('labels volumes with a tenant cluster that is there', () => {
    const lost = of('DataVolume').filter(({ metadata }) => {
      const cluster = metadata.labels['csi-driver/cluster'];
      return (
        cluster !== undefined &&
        !find('TenantControlPlane', metadata.namespace, cluster)
      );
    });
    expect(lost.map(identity)).toEqual([]);
  });

  it('gives every tenant cluster a CSI controller with its pods', () => {
    for (const { metadata } of of('TenantControlPlane')) {
      const deployment = find(
        'Deployment',
        metadata.namespace,
        `kubevirt-csi-controller-${metadata.name}`,
      );
      expect(deployment?.metadata.labels.app).toBe('kubevirt-csi-controller');
      const pods = of('Pod').filter(
        pod =>
          pod.metadata.namespace === metadata.namespace &&
          pod.metadata.labels['csi-driver/cluster'] === metadata.name,
      );
      expect(pods).toHaveLength(deployment?.spec.replicas);
    }
  });

  it('attaches volumes of their own tenant only, and tells the state of each', () => {
    for (const { metadata, spec, status } of of('VirtualMachineInstance')) {
      const attached: string[] = spec.volumes.flatMap(
        ({ dataVolume }: { dataVolume?: { name: string } }) =>
          dataVolume?.name ?? [],
      );
      const strange = attached.filter(
        volume => !find('DataVolume', metadata.namespace, volume),
      );
      expect(strange).toEqual([]);
      const names = (volumes: Array<{ name: string }>) =>
        volumes.map(volume => volume.name);
      expect(names(status.volumeStatus)).toEqual(names(spec.volumes));
    }
  });

  it('tells events of objects that are there', () => {
    for (const { involvedObject } of of('Event')) {
      expect(
        find(
          involvedObject.kind,
          involvedObject.namespace,
          involvedObject.name,
        ),
      ).toBeDefined();
    }
  });

  it('writes every refusal with the numbers of the quota as it is', () => {
    const refusals = of('Event').filter(
      ({ reason }) => reason === 'ErrExceededQuota',
    );
    expect(refusals).toHaveLength(1);
    for (const { involvedObject, message } of refusals) {
      const quota = of('ResourceQuota').find(
        ({ metadata }) => metadata.namespace === involvedObject.namespace,
      );
      expect(message).toContain(`exceeded quota: ${quota?.metadata.name},`);
      expect(message).toContain(
        `used: ${STORAGE_KEY}=${quota?.status.used[STORAGE_KEY]},`,
      );
      expect(message).toContain(
        `limited: ${STORAGE_KEY}=${quota?.spec.hard[STORAGE_KEY]}`,
      );
    }
  });

  it('stays within every quota but the one that is over on purpose', () => {
    const over = of('ResourceQuota').filter(({ spec, status }) =>
      Object.entries<string>(spec.hard).some(
        ([key, hard]) => parseQuantity(status.used[key]) > parseQuantity(hard),
      ),
    );
    expect(over.map(({ metadata }) => metadata.namespace)).toEqual(
      name === 'muc-1' ? ['data-lake'] : [],
    );
  });

  it('gives every tenant but one to a group that org.yaml has', async () => {
    const groups = (await org())
      .filter(({ kind }) => kind === 'Group')
      .map(({ metadata }) => `group:default/${metadata.name}`);
    const without = of('Namespace').filter(
      ({ metadata }) =>
        !groups.includes(metadata.annotations?.['kmetal.io/owner']),
    );
    expect(without.map(({ metadata }) => metadata.name)).toEqual(
      name === 'fra-2' ? ['legacy'] : [],
    );
    expect(without.map(({ metadata }) => metadata.annotations)).toEqual(
      without.map(() => undefined),
    );
  });
});

describe('the tenants that the personas look at', () => {
  it('have the numbers that their files tell', async () => {
    const use = async (underCluster: string) =>
      Object.fromEntries(
        (await loadDemoScenario(underCluster, now))
          .filter(
            ({ kind, spec }) =>
              kind === 'ResourceQuota' && spec.hard[STORAGE_KEY],
          )
          .map(({ metadata, spec, status }) => [
            metadata.namespace,
            Number(
              (parseQuantity(status.used[STORAGE_KEY]) * 100n) /
                parseQuantity(spec.hard[STORAGE_KEY]),
            ),
          ]),
      );
    expect(await use('muc-1')).toMatchObject({
      alpha: 82,
      beta: 44,
      webshop: 96,
      payments: 100,
      'data-lake': 141,
      edge: 89,
    });
    expect(await use('fra-2')).toMatchObject({
      'alpha-dr': 31,
      beta: 93,
      ml: 49,
      sandbox: 0,
    });
  });

  it('belong to their teams, and every persona is a User of the same groups', async () => {
    const users = (await org()).filter(({ kind }) => kind === 'User');
    expect(
      users.map(({ metadata, spec }) => [metadata.name, spec.memberOf]),
    ).toEqual(personas.map(({ login, groups }) => [login, groups]));
  });
});
