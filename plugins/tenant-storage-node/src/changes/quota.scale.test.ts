import { performance } from 'node:perf_hooks';
import { RepositoryFiles } from '../gitops';
import { facts, input, limit } from './fleet.testing';
import { largeFleet, tenantName } from './largeFleet.testing';
import { planQuota } from './quota';

describe('planning in a repository of 5,000 manifests', () => {
  const entries = largeFleet(5000);
  const plan = (files: RepositoryFiles, tenant: string) =>
    planQuota(
      input(
        { tenant },
        {
          facts: facts({ limits: [limit({ quota: `${tenant}-storage` })] }),
          repositories: [
            {
              settings: { host: 'github.com', repository: 'acme/fleet' },
              files,
            },
          ],
        },
      ),
    );

  it.each([300, 301, 302])(
    'finds the quota of tenant %d, however it gets its namespace',
    index => {
      const tenant = tenantName(index);
      expect(plan(RepositoryFiles.from(entries), tenant)).toMatchObject({
        changed: true,
        files: [{ path: `clusters/test/tenants/${tenant}/quota.yaml` }],
      });
    },
  );

  it('takes less than a second the first time it sees the files, five times its target, because test machines are busy', () => {
    const files = RepositoryFiles.from(entries);
    const start = performance.now();
    plan(files, tenantName(500));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
