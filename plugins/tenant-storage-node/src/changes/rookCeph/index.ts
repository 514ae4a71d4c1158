export { rookCeph } from './rookCeph';
