/**
 * For backend code that works with kMetal tenant storage: permission rules, conditions and a ready policy, and where under
 * clusters come from.
 *
 * @packageDocumentation
 */
export * from './extensions/underClusters';
export * from './permissions';
export * from './gitops';
