export { arrivalOfPin, profile } from './profile';
