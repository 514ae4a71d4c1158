import { conditionsOf, metadataOf } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** Those of the benchmarks' namespace, and only how they ended: what a Job runs is nobody's business here. */
export const job: WatchedKind<'Job'> = {
  name: 'Job',
  group: 'batch',
  version: 'v1',
  plural: 'jobs',
  namespaced: true,
  part: 'benchmark',
  builtIn: false,
  within: ({ benchmark }) => benchmark,
  reduce(raw) {
    const metadata = metadataOf(raw);
    const is = (condition: string) =>
      conditionsOf(raw).some(
        ({ type, status }) => type === condition && status === 'True',
      );
    return (
      metadata && {
        ...metadata,
        succeeded: is('Complete'),
        failed: is('Failed'),
      }
    );
  },
};
