export { backend } from './backend';
