/**
 * How long planning a quota takes in a repository of 5,000 manifests that was read, each time for another tenant: with files that were
 * never looked at before, and with files that were.
 */
import { performance } from 'node:perf_hooks';
import { facts, input, limit } from '../src/changes/fleet.testing';
import { largeFleet, tenantName } from '../src/changes/largeFleet.testing';
import { planQuota } from '../src/changes/quota';
import { RepositoryFiles } from '../src/gitops';

const MANIFESTS = 5000;
const SAMPLES = 100;
const BOUND_MS = 200;

const entries = largeFleet(MANIFESTS);

function sample(
  files: RepositoryFiles,
  index: number,
  options?: { isNew: boolean },
): number {
  const tenant = options?.isNew
    ? `new-${index}`
    : tenantName((index * 7) % (MANIFESTS / 5));
  const wanted = input(
    { tenant },
    {
      facts: facts({
        limits: options?.isNew ? [] : [limit({ quota: `${tenant}-storage` })],
      }),
      repositories: [
        {
          settings: {
            host: 'github.com',
            repository: 'acme/fleet',
            newFiles: { quota: 'clusters/test/tenants/{tenant}/quota.yaml' },
          },
          files,
        },
      ],
    },
  );
  const start = performance.now();
  const plan = planQuota(wanted);
  const took = performance.now() - start;
  if (!plan.changed) throw new Error(plan.summary);
  return took;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.ceil(sorted.length * part) - 1];
}

function report(name: string, times: number[]): number {
  const sorted = times.sort((a, b) => a - b);
  const p95 = percentile(sorted, 0.95);
  process.stdout.write(
    `${name}: p50 ${percentile(sorted, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(
      1,
    )} ms, longest ${percentile(sorted, 1).toFixed(1)} ms\n`,
  );
  return p95;
}

const fresh = report(
  `${MANIFESTS} manifests, first look`,
  Array.from({ length: SAMPLES }, (_, index) =>
    sample(RepositoryFiles.from(entries), index),
  ),
);
const files = RepositoryFiles.from(entries);
report(
  `${MANIFESTS} manifests, looked at before`,
  Array.from({ length: SAMPLES }, (_, index) => sample(files, index)),
);
const added = report(
  `${MANIFESTS} manifests, first look, for a tenant without a quota`,
  Array.from({ length: SAMPLES }, (_, index) =>
    sample(RepositoryFiles.from(entries), index, { isNew: true }),
  ),
);
if (Math.max(fresh, added) > BOUND_MS) {
  process.stdout.write(`p95 is over ${BOUND_MS} ms.\n`);
  process.exitCode = 1;
}
