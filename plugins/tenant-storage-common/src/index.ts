/**
 * What the backend and the frontend of kMetal tenant storage both speak.
 *
 * @packageDocumentation
 */
export * from './annotations';
export type { components, operations, paths } from './api/openapi.generated';
export * from './api/types';
export * from './permissions';
export * from './quantity';
