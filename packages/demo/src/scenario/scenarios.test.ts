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
    for (const object of objects) {
      const { namespace, creationTimestamp } = object.metadata;
      if (namespace !== undefined) {
        expect(find('Namespace', undefined, namespace)).toBeDefined();
      }
      expect([identity(object), Date.parse(creationTimestamp)]).toEqual([
        identity(object),
        expect.any(Number),
      ]);
      expect(Date.parse(creationTimestamp)).toBeLessThan(now.getTime());
    }
  });

  it('has a PersistentVolume for every bound claim, and the other way round', () => {
    for (const claim of of('PersistentVolumeClaim')) {
      const { spec, status, metadata } = claim;
      const volume = find('PersistentVolume', undefined, spec.volumeName);
      if (status.phase !== 'Bound') {
        expect([identity(claim), volume]).toEqual([identity(claim), undefined]);
        continue;
      }
      expect([identity(claim), volume?.spec.claimRef]).toEqual([
        identity(claim),
        expect.objectContaining({
          namespace: metadata.namespace,
          name: metadata.name,
          uid: metadata.uid,
        }),
      ]);
      expect(volume?.spec.capacity.storage).toBe(status.capacity.storage);
      expect(volume?.metadata.name).toBe(`pvc-${metadata.uid}`);
    }
    for (const { spec } of of('PersistentVolume')) {
      const { namespace, name: claim } = spec.claimRef;
      expect(find('PersistentVolumeClaim', namespace, claim)).toBeDefined();
    }
  });

  it('puts local volumes on nodes that are there', () => {
    for (const { spec } of of('PersistentVolume')) {
      const [node] =
        spec.nodeAffinity?.required.nodeSelectorTerms[0].matchExpressions[0]
          .values ?? [];
      if (spec.hostPath) {
        expect(find('Node', undefined, node)).toBeDefined();
      } else {
        expect(find('CSIDriver', undefined, spec.csi.driver)).toBeDefined();
      }
    }
    for (const { status } of of('VirtualMachineInstance')) {
      expect(find('Node', undefined, status.nodeName)).toBeDefined();
    }
  });

  it('has a DataVolume behind every claim that is not one of CDI or a clone, of its own name', () => {
    for (const claim of of('PersistentVolumeClaim')) {
      const { name: claimName, namespace, ownerReferences } = claim.metadata;
      if (/^(prime|tmp-pvc)-/.test(claimName)) {
        const target = claimName.replace(/^(prime|tmp-pvc)-/, '');
        expect(
          of('PersistentVolumeClaim').map(({ metadata }) => metadata.uid),
        ).toContain(target);
        continue;
      }
      const owner = find('DataVolume', namespace, claimName);
      expect([identity(claim), owner?.metadata.uid]).toEqual([
        identity(claim),
        ownerReferences[0].uid,
      ]);
      expect(owner?.metadata.labels?.['csi-driver/cluster']).toBe(
        claim.metadata.labels['csi-driver/cluster'],
      );
    }
    for (const dataVolume of of('DataVolume')) {
      const { namespace, name: claim } = dataVolume.metadata;
      // A refused claim is the one case without
      if (dataVolume.status.conditions[0].reason !== 'ErrExceededQuota') {
        expect([
          identity(dataVolume),
          find('PersistentVolumeClaim', namespace, claim) !== undefined,
        ]).toEqual([identity(dataVolume), true]);
      }
    }
  });

  it('charges what CDI would: 6 % more for a Filesystem volume, unless it was grown', () => {
    for (const dataVolume of of('DataVolume')) {
      const { namespace, name: claimName } = dataVolume.metadata;
      const claim = find('PersistentVolumeClaim', namespace, claimName);
      if (!claim || namespace === 'wiki') {
        continue;
      }
      const asked = parseQuantity(
        dataVolume.spec.storage.resources.requests.storage,
      );
      expect([
        identity(claim),
        parseQuantity(claim.spec.resources.requests.storage),
      ]).toEqual([
        identity(claim),
        claim.spec.volumeMode === 'Block' ? asked : chargedSize(asked, 60n),
      ]);
    }
  });

  it('uses classes that are there, but for the one that is missing on purpose', () => {
    const missing = of('PersistentVolumeClaim')
      .map(({ spec }) => spec.storageClassName)
      .filter(className => !find('StorageClass', undefined, className));
    expect(missing).toEqual(name === 'muc-1' ? ['tenant-storage-fast'] : []);
  });

  it('labels volumes with a tenant cluster that is there, and gives each one a CSI controller with its pods', () => {
    for (const { metadata } of of('DataVolume')) {
      const cluster = metadata.labels?.['csi-driver/cluster'];
      if (cluster !== undefined) {
        expect(
          find('TenantControlPlane', metadata.namespace, cluster),
        ).toBeDefined();
      }
    }
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

  it('attaches volumes of their own tenant only', () => {
    for (const vmi of of('VirtualMachineInstance')) {
      for (const { dataVolume } of vmi.spec.volumes) {
        if (dataVolume) {
          expect(
            find('DataVolume', vmi.metadata.namespace, dataVolume.name),
          ).toBeDefined();
        }
      }
      expect(
        vmi.status.volumeStatus.map((volume: KubeObject) => volume.name),
      ).toEqual(vmi.spec.volumes.map((volume: KubeObject) => volume.name));
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
    for (const { involvedObject, message, reason } of of('Event')) {
      if (reason === 'ErrExceededQuota') {
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

  it('gives tenants to groups that org.yaml has', async () => {
    const groups = (await org())
      .filter(({ kind }) => kind === 'Group')
      .map(({ metadata }) => `group:default/${metadata.name}`);
    const ownerless = of('Namespace').filter(({ metadata }) => {
      const owner = metadata.annotations?.['kmetal.io/owner'];
      if (owner !== undefined) {
        expect(groups).toContain(owner);
      }
      return owner === undefined;
    });
    expect(ownerless.map(({ metadata }) => metadata.name)).toEqual(
      name === 'fra-2' ? ['legacy'] : [],
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
