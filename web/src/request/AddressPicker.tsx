import { Autocomplete, Button, NumberInput } from "@mantine/core";
import { useRef, useState, type Ref } from "react";
import type { BuildingHit } from "../api/types";
import { placeOf, withUnit, type Place } from "./form";
import { SearchBox } from "./SearchBox";
import { SHORTEST, useAddressSearch, useBuilding } from "./search";
import { useWords } from "./words";

export type AddressPickerProps = {
  value: Place | null;
  /** Told at every change: a house taken, the flat, entrance or floor typed, null when the person changes the house. */
  onChange: (place: Place | null) => void;
  /** Look only among this company's houses; absent: among all that the person may see (a city's number). */
  companyId?: number | undefined;
  /** The company stands beside the house when more than one may be found. */
  showCompany?: boolean | undefined;
  error?: string | undefined;
  autoFocus?: boolean | undefined;
  disabled?: boolean | undefined;
  inputRef?: Ref<HTMLInputElement> | undefined;
};

/** The house by three letters, then its flat; the flat may be typed at once: «бел 86 45». */
export function AddressPicker(props: AddressPickerProps) {
  const { value, onChange, companyId = 0, showCompany = false } = props;
  const w = useWords();
  const [typed, setTyped] = useState("");
  const search = useAddressSearch(typed, companyId);
  const unit = useRef<HTMLInputElement>(null);
  const pick = (hit: BuildingHit) => {
    onChange(placeOf(hit));
    setTyped("");
    setTimeout(() => unit.current?.focus()); // the field is there after the render
  };
  if (value) {
    const change = () => {
      setTyped(value.house);
      onChange(null);
    };
    return <Chosen {...props} place={value} onReset={change} unitRef={unit} />;
  }
  return (
    <SearchBox
      label={w.address.label}
      placeholder={w.address.placeholder}
      hint={typed.trim().length < SHORTEST ? w.address.hint : undefined}
      typed={typed}
      onType={setTyped}
      items={search.items}
      keyOf={(h) => `${h.id}/${h.unit ?? ""}`}
      row={(h) => (
        <div className="row">
          <span className="b">{h.address}</span>
          <span className="t2 s12 ell">{showCompany ? `${h.city} · ${h.company_name}` : h.city}</span>
        </div>
      )}
      onPick={pick}
      empty={search.isFailed ? w.address.failed : search.isSettled ? w.address.none(search.q) : null}
      error={props.error}
      autoFocus={props.autoFocus}
      disabled={props.disabled}
      inputRef={props.inputRef}
    />
  );
}

type ChosenProps = AddressPickerProps & { place: Place; onReset: () => void; unitRef: Ref<HTMLInputElement> };

function Chosen({ place, onChange, onReset, unitRef, error, disabled = false, showCompany }: ChosenProps) {
  const w = useWords();
  const card = useBuilding(place.buildingId).data;
  const numbers = [...new Set(card?.units.map((u) => u.number) ?? [])];
  const known = numbers.some((n) => n.toLowerCase() === place.unit.toLowerCase());
  const directory = withUnit(place, place.unit, card);
  return (
    <div className="col" role="group" aria-label={w.address.label} style={{ gap: 6 }}>
      <div className="chosen">
        <div className="chosen-house">
          <div className="mantine-InputWrapper-label">{w.address.label}</div>
          <div className="chosen-name">
            <span className="b">{place.house}</span>{" "}
            <span className="t2 s13">
              {showCompany ? [place.city, place.companyName].filter(Boolean).join(" · ") : place.city}
            </span>
          </div>
        </div>
        <div className="place-parts">
          <Autocomplete
            ref={unitRef}
            label={w.address.unit}
            placeholder={w.address.unitPlaceholder}
            value={place.unit}
            data={numbers}
            limit={6}
            disabled={disabled}
            onChange={(unit) => onChange(withUnit(place, unit, card))}
          />
          <NumberInput
            label={w.address.entrance}
            value={place.entrance || directory.entrance || ""}
            min={0}
            max={100}
            hideControls
            allowDecimal={false}
            disabled={disabled}
            onChange={(n) => onChange({ ...place, entrance: Number(n) || 0 })}
          />
          <NumberInput
            label={w.address.floor}
            value={place.floor || directory.floor || ""}
            min={-5}
            max={200}
            hideControls
            allowDecimal={false}
            disabled={disabled}
            onChange={(n) => onChange({ ...place, floor: Number(n) || 0 })}
          />
        </div>
        {!disabled && (
          <Button variant="default" onClick={onReset}>
            {w.address.change}
          </Button>
        )}
      </div>
      {error && (
        <div className="field-error" role="alert">
          {error}
        </div>
      )}
      {!error && card && place.unit && !known && <div className="quiet">{w.address.unitUnknown}</div>}
    </div>
  );
}
