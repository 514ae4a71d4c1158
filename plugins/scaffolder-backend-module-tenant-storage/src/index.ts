/**
 * The Scaffolder actions of kMetal tenant storage.
 *
 * @packageDocumentation
 */
export { scaffolderModuleTenantStorage as default } from './module';
