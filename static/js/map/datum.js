/** GCJ-02, the shifted datum of Chinese web maps, for raster sources that are drawn in it. */

const A = 6378245;
const EE = 0.006693421622965943;

/** Where GCJ-02 puts a WGS 84 point. @param {[number, number]} point @returns {[number, number]} */
export function toGcj02([lon, lat]) {
  const [x, y] = [lon - 105, lat - 35];
  const swing = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
  let dLat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + swing;
  dLat += (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * (2 / 3);
  dLat += (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * (2 / 3);
  let dLon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + swing;
  dLon += (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * (2 / 3);
  dLon += (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * (2 / 3);
  const radians = (lat / 180) * Math.PI;
  const magic = 1 - EE * Math.sin(radians) ** 2;
  const root = Math.sqrt(magic);
  return [
    lon + (dLon * 180) / ((A / root) * Math.cos(radians) * Math.PI),
    lat + (dLat * 180) / (((A * (1 - EE)) / (magic * root)) * Math.PI),
  ];
}

/** A layer whose tiles are moved to where they belong: it looks as if the map stood at the shifted centre. */
export function shifted() {
  const there = (centre) => {
    const [lon, lat] = toGcj02([centre.lng, centre.lat]);
    return L.latLng(lat, lon);
  };
  return L.TileLayer.extend({
    _setZoomTransform(level, centre, zoom) {
      L.TileLayer.prototype._setZoomTransform.call(this, level, there(centre), zoom);
    },
    _getTiledPixelBounds(centre) {
      return L.TileLayer.prototype._getTiledPixelBounds.call(this, there(centre));
    },
  });
}
