export { veleroLocation } from './veleroLocation';
