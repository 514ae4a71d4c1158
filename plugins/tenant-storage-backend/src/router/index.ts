export { Permissions } from './permissions';
export { createRouter } from './router';
