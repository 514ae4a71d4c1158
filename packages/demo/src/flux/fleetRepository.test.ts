import { isUtf8 } from 'node:buffer';
import { KubeObject } from '@kmetal/under-cluster';
import { demoUnderClusters, loadDemoScenario } from '../scenario/demoScenario';
import { readFleetFiles } from './fleetRepository';
import { buildManifests } from './kustomizeBuild';

const summary = ({ kind, metadata, spec }: KubeObject) => ({
  kind,
  namespace: metadata.namespace,
  name: metadata.name,
  ...(kind === 'Namespace' && { annotations: metadata.annotations }),
  ...(kind === 'ResourceQuota' && { hard: spec.hard }),
});

const byName = (one: KubeObject, other: KubeObject) =>
  `${one.kind} ${one.metadata.namespace}/${one.metadata.name}`.localeCompare(
    `${other.kind} ${other.metadata.namespace}/${other.metadata.name}`,
  );

describe('the fleet repository', () => {
  let files: Map<string, string>;

  beforeAll(async () => {
    files = new Map(
      Object.entries(await readFleetFiles()) as Array<[string, string]>,
    );
  });

  it.each(demoUnderClusters)(
    'has every namespace and quota of the scenario of $name, with the same values',
    async ({ name }) => {
      const scenario = (await loadDemoScenario(name)).filter(({ kind }) =>
        ['Namespace', 'ResourceQuota'].includes(kind),
      );
      const manifests = buildManifests(files, `tenants/${name}`);
      expect(manifests.sort(byName).map(summary)).toEqual(
        scenario.sort(byName).map(summary),
      );
      expect(
        scenario.every(
          ({ metadata }) =>
            metadata.labels['kustomize.toolkit.fluxcd.io/name'] === 'tenants',
        ),
      ).toBe(true);
    },
  );

  it.each(demoUnderClusters)(
    'sets up Flux in $name to apply its tenants and its storage',
    ({ name }) => {
      const manifests = buildManifests(files, `clusters/${name}`);
      expect(
        manifests
          .filter(({ kind }) => kind === 'Kustomization')
          .map(({ metadata, spec }) => [metadata.name, spec.path]),
      ).toEqual([
        ['flux-system', `./clusters/${name}`],
        ['storage', `./storage/${name}`],
        ['tenants', `./tenants/${name}`],
      ]);
    },
  );

  it("has the pin of the tenants' class where the scenario has it", async () => {
    const pinsOf = (objects: KubeObject[]) =>
      objects
        .filter(
          ({ kind, spec }) =>
            kind === 'StorageProfile' && spec.claimPropertySets,
        )
        .map(({ metadata, spec }) => [metadata.name, spec]);
    for (const { name } of demoUnderClusters) {
      expect(pinsOf(buildManifests(files, `storage/${name}`))).toEqual(
        pinsOf(await loadDemoScenario(name)),
      );
    }
  });

  it('is written as people write: comments, flow style, Windows line ends, several documents', () => {
    const texts = [...files.values()];
    expect(texts.filter(text => text.includes('\r\n'))).toHaveLength(3);
    expect(texts.some(text => /^\{apiVersion: v1, kind: /.test(text))).toBe(
      true,
    );
    expect(files.get('tenants/fra-2/ml/quota.yaml')?.split('---')).toHaveLength(
      3,
    );
    expect(
      texts.filter(text => /^\s*kind: ResourceQuota/m.test(text)).length,
    ).toBeGreaterThan(20);
    expect(texts.every(text => isUtf8(Buffer.from(text)))).toBe(true);
  });
});
