import { applyObjects } from './applyObjects';
import { startStandIn } from './standIn';
import type { UnderCluster } from './underCluster';

const CDI = {
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'CDI',
  metadata: { name: 'cdi' },
  spec: {},
};
const PROFILE = {
  apiVersion: 'cdi.kubevirt.io/v1beta1',
  kind: 'StorageProfile',
  metadata: { name: 'tenant-storage-class' },
  spec: {},
};

let cluster: UnderCluster;

beforeEach(async () => {
  cluster = await startStandIn({ name: 'muc-1' });
});

afterEach(() => cluster.stop());

describe('objects of kinds that are new', () => {
  it('are applied where discovery tells of their kinds later than the server serves them', async () => {
    const root = '/apis/cdi.kubevirt.io/v1beta1';
    let asked = 0;
    const late: UnderCluster = {
      ...cluster,
      request: async (method, path, body, options) => {
        const answer = await cluster.request(method, path, body, options);
        if (path !== root || answer.status !== 200) return answer;
        asked += 1;
        const resources = asked < 5 ? [] : answer.body.resources;
        return { ...answer, body: { ...answer.body, resources } };
      },
    };
    await applyObjects(late, [CDI, PROFILE]);
    for (const path of ['cdis/cdi', 'storageprofiles/tenant-storage-class']) {
      expect((await cluster.request('GET', `${root}/${path}`)).status).toBe(
        200,
      );
    }
  });

  it('are refused by their name where the server does not serve them', async () => {
    await expect(
      applyObjects(cluster, [
        { ...PROFILE, apiVersion: 'example.com/v1', kind: 'Thing' },
      ]),
    ).rejects.toThrow(
      'Thing tenant-storage-class: muc-1 serves no Thing of example.com/v1',
    );
  });
});
