export { tenant } from './tenant';
