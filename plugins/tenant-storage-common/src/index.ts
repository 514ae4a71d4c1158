/**
 * What the backend and the frontend of kMetal tenant storage both speak.
 *
 * @packageDocumentation
 */
export * from './annotations';
export * from './api/types';
export * from './permissions';
export * from './quantity';
