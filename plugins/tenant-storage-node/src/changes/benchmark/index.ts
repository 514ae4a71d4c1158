export { benchmark } from './benchmark';
