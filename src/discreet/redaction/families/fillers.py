"""Words between a number's name and the number: "is", "number", "my", in the languages that customers write."""

from __future__ import annotations

from discreet.redaction.recogniser import listed

FILLERS = listed(
    """
    number numbers num no nr nbr nro n nos code id card cards is was are as it its it's s m here my our your his her
    the this that for of to be me below follows following issued reads please called which would should says
    identity identification registration tax account holder series serie seria
    nummer nummern lautet ist war sind mein meine meiner meines meinen der die das den dem karte kennziffer kennung
    numero numeros num n° no est sont mon ma mes le la les de du des l d c voici carte identifiant a pour
    numero es son mi mis el los las del al tarjeta carnet para aqui esta ser
    e' sono il lo mio mia miei tessera di per ecco
    o os as e sao meu minha meus minhas do da dos das cartao para aqui
    mijn het een kaart kaartnummer is van voor
    mitt min mine mit ar er det kort kortnummer numret nummeret pa lyder
    on minun numero numeroni tunnus tunnukseni kortti
    numer to jest moj moja moje nr dowodu seria karty
    cislo je moje muj mam karty cisla
    numar numarul numarului este meu mea al cu seria
    szam szama szamom az en
    numarasi numaram numarami numarasini no nosu benim dir
    broj moj moja je mi stevilka moja
    on minu number kood mano yra numeris mans ir numurs
    номер номера номером мой моя мое мои код это серия карты является паспорта
    мій моя моє це картка
    моят моето е на ми
    μου ειναι το ο η αριθμος κωδικος
    adalah saya nombor nomor kad kartu
    so toi cua la
    """
)

BACK = listed(
    """
    is was are es ist est e é è er är on jest to je este es's that's thats my your his her our their the for as en of a
    mein meine meiner mi mis mon ma meu minha o mio mia il la le el mijn het mit mitt min moj moja muj meu mea
    number card moi mia это мой моя мои
    """
)
"""What stands between a number and its name, where the name comes last."""
