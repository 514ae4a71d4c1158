export { createInventory, type RunningInventory } from './inventory';
export { UnderClusterSuppliers } from './underClusterSuppliers';
export type * from './records';
export type * from './types';
