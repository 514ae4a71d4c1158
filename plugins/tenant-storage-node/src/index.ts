/**
 * For backend code that works with kMetal tenant storage: permission rules, conditions and a ready policy, where under
 * clusters come from, and the planning of changes that are proposed in a GitOps repository.
 *
 * @packageDocumentation
 */
export * from './changes';
export * from './extensions/underClusters';
export * from './gitops';
export * from './permissions';
