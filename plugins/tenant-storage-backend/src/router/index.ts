export { ReadPermissions } from './readPermissions';
export { createRouter } from './router';
