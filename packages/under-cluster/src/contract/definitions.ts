import { PLATFORM_DEFINITIONS } from '../customResourceDefinitions';
import { eventually } from '../eventually';
import { KubeObject } from '../object';
import { MERGE_PATCH, newNamespace, refusal, Suite } from './suite';
import { openWatch } from './watchStream';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const VERSION = '/apis/cdi.kubevirt.io/v1beta1';

const definitionOf = (kind: string) =>
  PLATFORM_DEFINITIONS.find(
    ({ spec }) => spec.names.kind === kind,
  ) as KubeObject;
const dataVolumes = definitionOf('DataVolume');

const FLUX = '/apis/kustomize.toolkit.fluxcd.io/v1';

/** Custom resources: they come and go with their definition. */
export function definitions(suite: Suite): void {
  const ask = (method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body);
  const patch = (path: string, body: unknown) =>
    suite.cluster.request('PATCH', path, body, MERGE_PATCH);
  const volume = (name: string) => ({
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: { name },
    spec: { storage: { resources: { requests: { storage: '1Gi' } } } },
  });
  const define = async () => {
    expect((await ask('POST', DEFINITIONS, dataVolumes)).status).toBe(201);
    await eventually(
      () => ask('GET', `${VERSION}/datavolumes`),
      ({ status }) => status === 200,
    );
  };
  const undefine = async () => {
    await ask('DELETE', `${DEFINITIONS}/${dataVolumes.metadata.name}`);
    await eventually(
      () => ask('GET', `${DEFINITIONS}/${dataVolumes.metadata.name}`),
      ({ status }) => status === 404,
    );
  };

  suite.test('serves a kind from its definition on', async () => {
    expect((await ask('GET', `${VERSION}/datavolumes`)).status).toBe(404);
    await define();
    const { body } = await eventually(
      () => ask('GET', `${DEFINITIONS}/${dataVolumes.metadata.name}`),
      answer => !!answer.body.status?.conditions,
    );
    expect(body.spec.names).toEqual({
      kind: 'DataVolume',
      listKind: 'DataVolumeList',
      plural: 'datavolumes',
      singular: 'datavolume',
      shortNames: ['dv', 'dvs'],
    });
    expect(body.status).toMatchObject({
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
      ],
      storedVersions: ['v1beta1'],
    });
    const discovered = await eventually(
      () => ask('GET', VERSION),
      answer => answer.status === 200,
    );
    expect(discovered.body).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'cdi.kubevirt.io/v1beta1',
      resources: [
        {
          name: 'datavolumes',
          singularName: 'datavolume',
          namespaced: true,
          kind: 'DataVolume',
          shortNames: ['dv', 'dvs'],
        },
        { name: 'datavolumes/status', verbs: ['get', 'patch', 'update'] },
      ],
    });
    expect((await ask('GET', `${VERSION}/datavolumes`)).body).toMatchObject({
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'DataVolumeList',
      metadata: { continue: '' },
      items: [],
    });
    await undefine();
  });

  suite.test('keeps spec and status of a custom resource apart', async () => {
    await define();
    const path = `${VERSION}/namespaces/${await newNamespace(
      suite.cluster,
    )}/datavolumes`;
    const created = await ask('POST', path, {
      ...volume('a'),
      status: { phase: 'Succeeded' },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      metadata: { generation: 1 },
      spec: volume('a').spec,
    });
    expect(created.body).not.toHaveProperty('status');
    const reported = await patch(`${path}/a/status`, {
      metadata: { labels: { a: 'b' } },
      spec: { changed: true },
      status: { phase: 'ImportInProgress' },
    });
    expect(reported.body).toMatchObject({
      metadata: { generation: 1 },
      status: { phase: 'ImportInProgress' },
    });
    expect(reported.body.spec).toEqual(volume('a').spec);
    expect(reported.body.metadata).not.toHaveProperty('labels');
    const changed = await patch(`${path}/a`, {
      metadata: { labels: { a: 'b' } },
      spec: { changed: true },
      status: { phase: 'Succeeded' },
    });
    expect(changed.body).toMatchObject({
      metadata: { generation: 2, labels: { a: 'b' } },
      spec: { changed: true },
      status: { phase: 'ImportInProgress' },
    });
    const { body } = await ask('GET', path);
    expect(body.items).toEqual([changed.body]);
    await undefine();
  });

  suite.test('is strict about the body of a custom resource', async () => {
    await define();
    const path = `${VERSION}/namespaces/${await newNamespace(
      suite.cluster,
    )}/datavolumes`;
    const { kind, ...kindless } = volume('a');
    expect(refusal(await ask('POST', path, kindless))).toMatchObject({
      status: 400,
      reason: 'BadRequest',
      message: expect.stringContaining(
        'DataVolume in version "v1beta1" cannot be handled as a DataVolume: ',
      ),
    });
    expect(
      refusal(await ask('POST', path, { ...volume('a'), kind: 'Gadget' })),
    ).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'Gadget.cdi.kubevirt.io "a" is invalid: kind: Invalid value: "Gadget": must be DataVolume',
    });
    expect(refusal(await ask('POST', path, volume('A_B'))).message).toMatch(
      /^DataVolume\.cdi\.kubevirt\.io "A_B" is invalid: metadata\.name: /,
    );
    await ask('POST', path, volume('a'));
    expect(refusal(await ask('PUT', `${path}/a`, volume('a')))).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'datavolumes.cdi.kubevirt.io "a" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    });
    expect(refusal(await ask('GET', `${path}/nope`)).message).toBe(
      'datavolumes.cdi.kubevirt.io "nope" not found',
    );
    expect(
      refusal(await ask('GET', `${path}?fieldSelector=spec.a=1`)).message,
    ).toBe('field label not supported: spec.a');
    expect(
      (await ask('GET', `${path}?fieldSelector=metadata.name=a`)).body.items,
    ).toHaveLength(1);
    await undefine();
  });

  suite.test('deletes the objects of a kind with its definition', async () => {
    await define();
    const path = `${VERSION}/namespaces/${await newNamespace(
      suite.cluster,
    )}/datavolumes`;
    await ask('POST', path, volume('a'));
    const { body } = await ask('GET', path);
    const watch = await openWatch(
      suite.cluster,
      `${path}?watch=1&resourceVersion=${body.metadata.resourceVersion}`,
    );
    const deleted = await ask(
      'DELETE',
      `${DEFINITIONS}/${dataVolumes.metadata.name}`,
    );
    expect(deleted.body).toMatchObject({
      kind: 'CustomResourceDefinition',
      metadata: {
        deletionTimestamp: expect.stringMatching(/Z$/),
        finalizers: ['customresourcecleanup.apiextensions.k8s.io'],
      },
    });
    await eventually(
      () => ask('GET', path),
      ({ status }) => status === 404,
    );
    const events = await watch.rest();
    expect(
      events.map(event => [event.type, event.object.metadata.name]),
    ).toEqual([['DELETED', 'a']]);

    // Made again, the kind has nothing left of its former life.
    await eventually(
      () => ask('GET', `${DEFINITIONS}/${dataVolumes.metadata.name}`),
      ({ status }) => status === 404,
    );
    await define();
    expect((await ask('GET', path)).body.items).toEqual([]);
    await undefine();
  });

  const defineKustomizations = async () => {
    const definition = definitionOf('Kustomization');
    expect([201, 409]).toContain(
      (await ask('POST', DEFINITIONS, definition)).status,
    );
    await eventually(
      () => ask('GET', `${FLUX}/kustomizations`),
      ({ status }) => status === 200,
    );
    const namespace = await newNamespace(suite.cluster);
    return `${FLUX}/namespaces/${namespace}/kustomizations`;
  };
  const kustomization = (spec: object = {}) => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'tenants' },
    spec: {
      interval: '10m0s',
      path: './tenants/muc-1',
      prune: false,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      ...spec,
    },
  });

  suite.test(
    'keeps a Flux Kustomization and what its controller tells of it',
    async () => {
      const path = await defineKustomizations();
      const created = await ask('POST', path, kustomization());
      expect(created.status).toBe(201);
      expect(created.body).toMatchObject({ metadata: { generation: 1 } });
      const status = {
        observedGeneration: 1,
        lastAppliedRevision:
          'main@sha1:0123456789012345678901234567890123456789',
        lastAttemptedRevision:
          'main@sha1:0123456789012345678901234567890123456789',
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'ReconciliationSucceeded',
            message: 'Applied revision: main@sha1:0123456789',
            lastTransitionTime: '2026-11-22T12:00:00Z',
            observedGeneration: 1,
          },
        ],
      };
      expect((await patch(`${path}/tenants/status`, { status })).status).toBe(
        200,
      );
      const { body } = await patch(`${path}/tenants`, {
        spec: { suspend: true },
      });
      expect(body.metadata.generation).toBe(2);
      expect(body.spec).toEqual(kustomization({ suspend: true }).spec);
      expect(body.status).toEqual(status);
    },
  );

  suite.test(
    'refuses a custom resource that its schema does not allow',
    async () => {
      const path = await defineKustomizations();
      const refused = await ask(
        'POST',
        path,
        kustomization({ interval: 'soon', prune: undefined }),
      );
      expect(refusal(refused)).toMatchObject({
        status: 422,
        reason: 'Invalid',
        message: expect.stringContaining('spec.prune: Required value'),
      });
      const stored = await ask('POST', path, kustomization({ unknown: true }));
      expect(stored.body.spec).not.toHaveProperty('unknown');
    },
  );
}
